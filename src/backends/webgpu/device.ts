import { HwgqError, messageOf } from '../../errors.ts';

/** The GPU behind a device, in the words of `GPUAdapterInfo`; empty where the browser does not tell. */
export interface AdapterDescription {
  /** Who made it, such as `nvidia`. */
  readonly vendor: string;
  /** Its family, such as `ampere`. */
  readonly architecture: string;
  /** Its number among the vendor's. */
  readonly device: string;
  /** In words. */
  readonly description: string;
  /** A software adapter such as SwiftShader. */
  readonly isFallbackAdapter: boolean;
}

/** What decides which kernels a device can run, and which of them it should. */
export interface Capabilities {
  readonly subgroups: boolean;
  /** `dot4U8Packed` in WGSL. */
  readonly packedDot: boolean;
  /** Passes can be timed. */
  readonly timestamps: boolean;
  readonly isSoftware: boolean;
}

export interface OpenDevice {
  readonly device: GPUDevice;
  readonly adapter: AdapterDescription;
  readonly capabilities: Capabilities;
}

/** Features that are used where an adapter has them. */
const WELCOME_FEATURES: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups'];

/** The adapter that was looked for last and has not been used: each opens one device only. */
const unused = new WeakMap<GPU, { preference: GPUPowerPreference | undefined; adapter: Promise<GPUAdapter | null> }>();

/** Looks for an adapter, once for the next device that is opened. Rejects as `openDevice`. */
export function findAdapter(gpu: GPU, preference: GPUPowerPreference | undefined): Promise<GPUAdapter | null> {
  const known = unused.get(gpu);
  if (known && known.preference === preference) return known.adapter;
  const adapter = granted(gpu.requestAdapter(preference ? { powerPreference: preference } : {}));
  unused.set(gpu, { preference, adapter });
  adapter.catch(() => unused.delete(gpu));
  return adapter;
}

/**
 * Opens a device with the adapter's own limits on buffers and textures, since the weights of a large layer and pictures
 * exceed the defaults.
 * @throws HwgqError `no-webgpu` where there is no WebGPU or no adapter, or where the browser opens no device.
 */
export async function openDevice(
  gpu: GPU | undefined,
  powerPreference: GPUPowerPreference | undefined,
): Promise<OpenDevice> {
  if (!gpu) {
    throw new HwgqError(
      'no-webgpu',
      "There is no WebGPU here (navigator.gpu is missing). Use a browser that has it, a secure page (https or localhost), or backend 'wasm'.",
    );
  }
  const looking = findAdapter(gpu, powerPreference);
  unused.delete(gpu);
  const adapter = await looking;
  if (!adapter) {
    throw new HwgqError(
      'no-webgpu',
      "WebGPU has no adapter here: the GPU or its driver is not accepted. Update the driver, or use backend 'wasm'.",
    );
  }
  const { maxBufferSize, maxStorageBufferBindingSize, maxTextureDimension2D } = adapter.limits;
  const device = await granted(
    adapter.requestDevice({
      requiredLimits: { maxBufferSize, maxStorageBufferBindingSize, maxTextureDimension2D },
      requiredFeatures: WELCOME_FEATURES.filter((feature) => adapter.features.has(feature)),
    }),
  );
  const { vendor, architecture, device: model, description, isFallbackAdapter } = adapter.info;
  return {
    device,
    adapter: { vendor, architecture, device: model, description, isFallbackAdapter },
    capabilities: {
      subgroups: device.features.has('subgroups'),
      packedDot: gpu.wgslLanguageFeatures.has('packed_4x8_integer_dot_product'),
      timestamps: device.features.has('timestamp-query'),
      isSoftware: isFallbackAdapter,
    },
  };
}

/** What the browser was asked for, which it may refuse by an error of its own. */
async function granted<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (cause) {
    throw new HwgqError(
      'no-webgpu',
      `The browser opens no GPU: ${messageOf(cause)} Restart it, update the GPU's driver, or use backend 'wasm'.`,
      {},
      { cause },
    );
  }
}

/** Why there is no GPU of hardware: no WebGPU at all, or a software adapter only; undefined where there is one. */
export async function softwareAdapterReason(
  gpu: GPU | undefined,
  powerPreference: GPUPowerPreference | undefined,
): Promise<string | undefined> {
  if (!gpu) return 'There is no WebGPU here.';
  const adapter = await findAdapter(gpu, powerPreference);
  if (adapter && !adapter.info.isFallbackAdapter) return undefined;
  // A GPU may be there when the next session asks.
  unused.delete(gpu);
  return adapter ? 'WebGPU has only a software adapter here.' : 'There is no WebGPU here.';
}
