import type { Plan, TensorId } from './plan.ts';
import { inputsOf, outputsOf } from './step-tensors.ts';

/** Where each tensor lies in one block of memory. */
export interface Arena {
  /** Bytes of the whole block. */
  readonly bytes: number;
  /** Where each tensor begins; undefined for tensors that no step writes or reads. */
  readonly offsets: readonly (number | undefined)[];
}

interface Lifetime {
  readonly tensor: TensorId;
  readonly bytes: number;
  /** The first step that touches it, −1 for the input, and the last; outputs live to the end. */
  readonly first: number;
  readonly last: number;
}

/**
 * Lays tensors out so that those which live at the same time do not overlap, the largest first, each at the lowest
 * place that is free for as long as it lives.
 * @param bytesOf size of a tensor in bytes.
 */
export function planArena(plan: Plan, bytesOf: (tensor: TensorId) => number, alignment: number): Arena {
  const placed: (Lifetime & { readonly offset: number })[] = [];
  const offsets: (number | undefined)[] = plan.tensors.map(() => undefined);
  const lifetimes = lifetimesOf(plan, (id) => Math.ceil(bytesOf(id) / alignment) * alignment);
  for (const life of lifetimes.sort((a, b) => b.bytes - a.bytes)) {
    const neighbours = placed
      .filter((other) => other.first <= life.last && life.first <= other.last)
      .sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const other of neighbours) {
      if (other.offset - offset >= life.bytes) break;
      offset = Math.max(offset, other.offset + other.bytes);
    }
    placed.push({ ...life, offset });
    offsets[life.tensor] = offset;
  }
  return { bytes: placed.reduce((most, { offset, bytes }) => Math.max(most, offset + bytes), 0), offsets };
}

function lifetimesOf(plan: Plan, bytesOf: (tensor: TensorId) => number): Lifetime[] {
  const first = new Map<TensorId, number>([[0, -1]]);
  const last = new Map<TensorId, number>([[0, -1]]);
  for (const [index, step] of plan.steps.entries()) {
    for (const id of [...inputsOf(step), ...outputsOf(step)]) {
      if (!first.has(id)) first.set(id, index);
      last.set(id, index);
    }
  }
  for (const id of plan.outputs) last.set(id, plan.steps.length);
  return Array.from(first, ([tensor, begin]) => ({
    tensor,
    bytes: bytesOf(tensor),
    first: begin,
    last: last.get(tensor) as number,
  }));
}
