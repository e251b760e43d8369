/** What the choice of kernels assumes about a GPU. A page learns only its vendor and architecture. */
export interface GpuModel {
  /** Threads that occupy the GPU. A guess at the middle of an architecture's models. */
  readonly threads: number;
  /** Most output channels that a thread computes without running out of registers. */
  readonly channels: number;
}

/** Vendors not in the table are mostly those of phones, with small GPUs whose threads have few registers. */
const UNKNOWN: GpuModel = { threads: 1024, channels: 8 };

/**
 * Guesses by vendor, as `GPUAdapterInfo` names it. Intel's compilers give a thread of 16 lanes 64 registers of 32 bits:
 * with 16 channels they spill.
 */
const MODELS: Readonly<Record<string, GpuModel>> = {
  amd: { threads: 4096, channels: 16 },
  apple: { threads: 4096, channels: 16 },
  intel: { threads: 2048, channels: 8 },
  nvidia: { threads: 8192, channels: 16 },
};

/** Architectures whose models are mostly smaller than the vendor's others. */
const SMALL_ARCHITECTURES: Readonly<Record<string, number>> = { 'gcn-5': 2048 };

export function gpuModelOf(vendor: string, architecture: string): GpuModel {
  const model = MODELS[vendor] ?? UNKNOWN;
  return { ...model, threads: SMALL_ARCHITECTURES[architecture] ?? model.threads };
}
