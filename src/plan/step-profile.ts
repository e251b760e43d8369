import type { Pair } from '../graph/graph.ts';
import { multiplyAdds } from './cost.ts';
import type { Plan, Step } from './plan.ts';
import { minimumBytes } from './traffic.ts';

/** The cost of one step in a run. Multiply-adds and bytes are those of one image. */
export interface StepProfile {
  /** The layer that the step computes. Layers fused into it are not named. */
  readonly layer: string;
  readonly kind: Step['kind'];
  /** The kernel that ran it, if there are several to choose from. */
  readonly variant?: string;
  /** Height and width of a convolution's filters. */
  readonly filter?: Pair;
  /** Multiply-adds, including those on padding; 0 for a step without weights. */
  readonly multiplyAdds: number;
  /** Bit planes of the input if the weights are binary, otherwise 0. */
  readonly planes: number;
  /** The minimum number of bytes that the step moves: its tensors and weights, once each. */
  readonly bytes: number;
  /** Time for all images of the run, the median over the repeats. */
  readonly milliseconds: number;
}

/** Returns the profile of one step from its measured times in milliseconds. */
export function profileStep(plan: Plan, step: Step, times: readonly number[], variant?: string): StepProfile {
  const sorted = [...times].sort((a, b) => a - b);
  const input = plan.tensors[step.input];
  return {
    layer: step.layer,
    kind: step.kind,
    ...(variant === undefined ? {} : { variant }),
    ...('group' in step ? { filter: step.kernel } : {}),
    multiplyAdds: multiplyAdds(plan, step),
    planes: step.kind === 'binaryConvolution' && input?.kind === 'codes' ? input.bits : 0,
    bytes: minimumBytes(plan, step),
    milliseconds: sorted[Math.floor(sorted.length / 2)] ?? 0,
  };
}
