import type { Loop } from './loops.ts';

/** The least work of a convolution for one image. */
export interface Work {
  /** Words of 32 one-bit products, counted once for each bit plane of the input. */
  readonly words: number;
  /** Products of numbers, counted once for each limb of the weights. */
  readonly products: number;
}

/** A kernel of a network, compiled for a GPU. */
export interface CompiledKernel {
  readonly network: string;
  readonly layer: string;
  /** Whether the kernel is the default choice. */
  readonly isDefault: boolean;
  /** The layer's shape, of convolutions. */
  readonly shape?: string;
  /** The kernel's variant, of convolutions. */
  readonly variant?: string;
  /** Threads for one image. */
  readonly threads: number;
  readonly loops: readonly Loop[];
  readonly work?: Work;
  /** The file with the pipeline's statistics and machine code. Absent if the driver refused the kernel. */
  readonly file?: string;
  readonly failure?: string;
}

/** The report of a process that compiles for a GPU. */
export interface CompiledKernels {
  /** The driver's name and version. */
  readonly driver: string;
  readonly kernels: readonly CompiledKernel[];
}
