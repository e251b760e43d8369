import type { Pair } from '../graph/graph.ts';
import { multiplyAdds } from './cost.ts';
import type { Plan, Step } from './plan.ts';
import { leastBytes } from './traffic.ts';

/** What one step of a run takes. Multiply-adds and bytes are those of one image. */
export interface StepProfile {
  /** The layer that it computes; layers fused with it are not named. */
  readonly layer: string;
  readonly kind: Step['kind'];
  /** The kernel that ran it, where there are several to choose from. */
  readonly variant?: string;
  /** Height and width of a convolution's filters. */
  readonly filter?: Pair;
  /** Padding included; 0 where a step has no weights. */
  readonly multiplyAdds: number;
  /** Of multiply-adds with weights of one bit: bit planes of the activations, else 0. */
  readonly planes: number;
  /** What cannot but be moved: tensors and weights, once each. */
  readonly bytes: number;
  /** Of all images of the run, the median over the repeats. */
  readonly milliseconds: number;
}

/** One step's profile from its times, in milliseconds. */
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
    bytes: leastBytes(plan, step),
    milliseconds: sorted[Math.floor(sorted.length / 2)] ?? 0,
  };
}
