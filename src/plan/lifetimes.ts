import type { Plan, TensorId } from './plan.ts';
import { inputsOf, outputsOf } from './step-tensors.ts';

/** The steps between which a tensor's memory is in use. */
export interface Lifetime {
  /** The first step that reads or writes the tensor; −1 for the input. */
  readonly first: number;
  /** The last step that reads or writes it; the number of steps for outputs. */
  readonly last: number;
}

/** Returns the lifetime of each tensor that a step reads or writes. Fused steps leave some tensors unused. */
export function tensorLifetimes({ steps, outputs }: Plan): Map<TensorId, Lifetime> {
  const lifetimes = new Map<TensorId, Lifetime>([[0, { first: -1, last: -1 }]]);
  const use = (tensor: TensorId, step: number) =>
    lifetimes.set(tensor, { first: lifetimes.get(tensor)?.first ?? step, last: step });
  for (const [index, step] of steps.entries()) {
    for (const tensor of [...inputsOf(step), ...outputsOf(step)]) use(tensor, index);
  }
  for (const output of outputs) use(output, steps.length);
  return lifetimes;
}
