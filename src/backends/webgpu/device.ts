import { HwgqError, messageOf } from '../../errors.ts';

/** Describes a GPU with the fields of `GPUAdapterInfo`. Fields that the browser hides are empty. */
export interface AdapterDescription {
  /** The vendor, such as `nvidia`. */
  readonly vendor: string;
  /** The GPU's family, such as `ampere`. */
  readonly architecture: string;
  /** The vendor's identifier of the GPU. */
  readonly device: string;
  /** A description for people. */
  readonly description: string;
  /** True for a software adapter such as SwiftShader. */
  readonly isFallbackAdapter: boolean;
}

/** The properties of a device that decide which kernels it can run, and which of them are the default. */
export interface Capabilities {
  /** The adapter's vendor and architecture; empty if the browser hides them. */
  readonly vendor: string;
  readonly architecture: string;
  /** True if compute passes can be timed. */
  readonly timestamps: boolean;
}

export interface OpenDevice {
  readonly device: GPUDevice;
  readonly adapter: AdapterDescription;
  readonly capabilities: Capabilities;
}

/** Features that are used if an adapter has them. */
const OPTIONAL_FEATURES: readonly GPUFeatureName[] = ['timestamp-query'];

/** The adapter that was requested last and has not opened a device yet. An adapter opens only one device. */
const unused = new WeakMap<GPU, { preference: GPUPowerPreference | undefined; adapter: Promise<GPUAdapter | null> }>();

/**
 * Requests an adapter in advance, once for the next device that is opened.
 * @throws HwgqError `no-webgpu`.
 */
export function findAdapter(gpu: GPU, preference: GPUPowerPreference | undefined): Promise<GPUAdapter | null> {
  const known = unused.get(gpu);
  if (known && known.preference === preference) return known.adapter;
  const adapter = orNoWebGpu(gpu.requestAdapter(preference ? { powerPreference: preference } : {}));
  unused.set(gpu, { preference, adapter });
  adapter.catch(() => unused.delete(gpu));
  return adapter;
}

/**
 * Opens a device with the adapter's limits on buffers and textures, because weights of large layers and pictures exceed
 * the default limits.
 * @throws HwgqError `no-webgpu` if WebGPU or an adapter is missing, or the browser cannot open a device.
 */
export async function openDevice(
  gpu: GPU | undefined,
  powerPreference: GPUPowerPreference | undefined,
): Promise<OpenDevice> {
  if (!gpu) {
    throw new HwgqError(
      'no-webgpu',
      "WebGPU is not available: navigator.gpu is missing. Use a browser with WebGPU on a secure page (https or localhost), or backend 'wasm'.",
    );
  }
  const looking = findAdapter(gpu, powerPreference);
  unused.delete(gpu);
  const adapter = await looking;
  if (!adapter) {
    throw new HwgqError(
      'no-webgpu',
      "WebGPU has no adapter: the browser does not accept the GPU or its driver. Update the driver, or use backend 'wasm'.",
    );
  }
  const { maxBufferSize, maxStorageBufferBindingSize, maxTextureDimension2D } = adapter.limits;
  const device = await orNoWebGpu(
    adapter.requestDevice({
      requiredLimits: { maxBufferSize, maxStorageBufferBindingSize, maxTextureDimension2D },
      requiredFeatures: OPTIONAL_FEATURES.filter((feature) => adapter.features.has(feature)),
    }),
  );
  const description = describeAdapter(adapter);
  const { vendor, architecture } = description;
  return {
    device,
    adapter: description,
    capabilities: {
      vendor,
      architecture,
      timestamps: device.features.has('timestamp-query'),
    },
  };
}

/** Converts the error of a request that the browser refuses to HwgqError `no-webgpu`. */
async function orNoWebGpu<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (cause) {
    throw new HwgqError(
      'no-webgpu',
      `The browser cannot open the GPU: ${messageOf(cause)} Restart it, update the GPU's driver, or use backend 'wasm'.`,
      {},
      { cause },
    );
  }
}

/**
 * Looks for a hardware adapter, and keeps it for the next device that is opened.
 * @returns its description, or the reason why there is none: no WebGPU, or only a software adapter.
 * @throws HwgqError `no-webgpu` if the browser refuses the request.
 */
export async function findHardware(
  gpu: GPU | undefined,
  powerPreference: GPUPowerPreference | undefined,
): Promise<AdapterDescription | string> {
  if (!gpu) return 'WebGPU is not available.';
  const adapter = await findAdapter(gpu, powerPreference);
  if (adapter && !adapter.info.isFallbackAdapter) return describeAdapter(adapter);
  // A hardware adapter may be available when the next session requests one.
  unused.delete(gpu);
  return adapter ? 'WebGPU has only a software adapter.' : 'WebGPU has no adapter.';
}

function describeAdapter({ info }: GPUAdapter): AdapterDescription {
  const { vendor, architecture, device, description, isFallbackAdapter } = info;
  return { vendor, architecture, device, description, isFallbackAdapter };
}
