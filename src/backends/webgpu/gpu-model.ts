import type { Capabilities } from './device.ts';

/** The properties of a GPU that the choice of kernels assumes. A page learns only its vendor and architecture. */
export interface GpuModel {
  /** Threads that occupy the GPU. A guess at the middle of an architecture's models. */
  readonly threads: number;
  /** Values of 32 bits that a thread can hold before its GPU runs fewer threads, or memory replaces registers. */
  readonly values: number;
}

/** Vendors not in the table are mostly those of phones, with small GPUs whose threads have few registers. */
const UNKNOWN: GpuModel = { threads: 1024, values: 48 };

/**
 * Guesses by vendor, as `GPUAdapterInfo` names it. Intel's threads have 64 values if they run in groups of 16, and
 * addresses need some of them.
 */
const MODELS: Readonly<Record<string, GpuModel>> = {
  amd: { threads: 4096, values: 96 },
  apple: { threads: 4096, values: 96 },
  intel: { threads: 2048, values: 48 },
  nvidia: { threads: 8192, values: 96 },
};

/** Architectures whose models are mostly smaller than the vendor's others. */
const SMALL_ARCHITECTURES: Readonly<Record<string, number>> = { 'gcn-5': 2048 };

export function gpuModelOf({ vendor, architecture }: Capabilities): GpuModel {
  const model = MODELS[vendor] ?? UNKNOWN;
  return { ...model, threads: SMALL_ARCHITECTURES[architecture] ?? model.threads };
}
