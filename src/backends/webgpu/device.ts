import { HwgqError } from '../../errors.ts';

/** The GPU behind a device, in the words of `GPUAdapterInfo`. */
export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** A software adapter such as SwiftShader. */
  readonly isFallbackAdapter: boolean;
}

export interface OpenDevice {
  readonly device: GPUDevice;
  readonly adapter: AdapterDescription;
}

/**
 * Opens a device with the adapter's own limits on buffers, since the weights of a large layer exceed the defaults.
 * @throws HwgqError `no-webgpu` where there is no WebGPU or no adapter.
 */
export async function openDevice(
  gpu: GPU | undefined,
  powerPreference: GPUPowerPreference | undefined,
): Promise<OpenDevice> {
  if (!gpu) {
    throw new HwgqError(
      'no-webgpu',
      "There is no WebGPU here (navigator.gpu is missing). Use a browser that has it, a secure page (https or localhost), or backend 'reference'.",
    );
  }
  const adapter = await gpu.requestAdapter(powerPreference ? { powerPreference } : {});
  if (!adapter) {
    throw new HwgqError(
      'no-webgpu',
      "WebGPU has no adapter here: the GPU or its driver is not accepted. Update the driver, or use backend 'reference'.",
    );
  }
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const device = await adapter.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } });
  const { vendor, architecture, device: model, description, isFallbackAdapter } = adapter.info;
  return { device, adapter: { vendor, architecture, device: model, description, isFallbackAdapter } };
}

/** Why there is no GPU of hardware: no WebGPU at all, or a software adapter only; undefined where there is one. */
export async function softwareAdapterReason(
  gpu: GPU | undefined,
  powerPreference: GPUPowerPreference | undefined,
): Promise<string | undefined> {
  const adapter = await gpu?.requestAdapter(powerPreference ? { powerPreference } : {});
  if (!adapter) return 'There is no WebGPU here.';
  return adapter.info.isFallbackAdapter ? 'WebGPU has only a software adapter here.' : undefined;
}
