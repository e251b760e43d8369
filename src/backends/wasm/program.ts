import type { Plan, Step } from '../../plan/plan.ts';
import type { KernelName } from './kernels.ts';
import type { TensorLocations } from './tensor-locations.ts';

/** A kernel's work on one image: the work items from 0 up to, not including, `units`, which threads share. */
export interface KernelCall {
  readonly kernel: KernelName;
  /** Address of the kernel's struct (kernel-structs.ts). */
  readonly parameters: number;
  readonly units: number;
  /** Work items that a kernel computes together: each thread's share begins at a multiple of it. */
  readonly grainSize: number;
  /** Scratch memory that each thread needs. */
  readonly scratchBytes: number;
}

/** The work of a step that has no kernel: JavaScript computes rare layers directly in the memory. */
export interface HostCall {
  readonly run: (memory: ArrayBufferLike) => void;
}

/** A plan as a sequence of calls, with the locations of its tensors. */
export interface Program {
  readonly plan: Plan;
  readonly calls: readonly (KernelCall | HostCall)[];
  /** The step that each call belongs to. A step may have several calls. */
  readonly steps: readonly Step[];
  readonly locations: TensorLocations;
}
