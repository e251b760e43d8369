import { type Lifetime, tensorLifetimes } from './lifetimes.ts';
import type { Plan, TensorId } from './plan.ts';

/** The places of tensors in one block of memory. */
export interface Arena {
  /** Size of the block in bytes. */
  readonly bytes: number;
  /** The byte at which each tensor begins; undefined for tensors that no step reads or writes. */
  readonly offsets: readonly (number | undefined)[];
}

interface PlacedTensor extends Lifetime {
  readonly bytes: number;
  readonly offset: number;
}

/**
 * Places tensors so that those in use at the same time do not overlap: the largest first, each at the lowest offset
 * that is free throughout its lifetime.
 * @param bytesOf returns the size of a tensor in bytes.
 * @param alignment offsets are multiples of this number of bytes.
 */
export function planArena(plan: Plan, bytesOf: (tensor: TensorId) => number, alignment: number): Arena {
  /** In the order of their offsets. */
  const placed: PlacedTensor[] = [];
  const offsets: (number | undefined)[] = plan.tensors.map(() => undefined);
  const tensors = Array.from(tensorLifetimes(plan), ([tensor, lifetime]) => ({
    tensor,
    ...lifetime,
    bytes: Math.ceil(bytesOf(tensor) / alignment) * alignment,
  }));
  for (const { tensor, first, last, bytes } of tensors.sort((a, b) => b.bytes - a.bytes)) {
    let offset = 0;
    for (const other of placed) {
      if (other.last < first || last < other.first) continue;
      if (other.offset - offset >= bytes) break;
      offset = Math.max(offset, other.offset + other.bytes);
    }
    const after = placed.findIndex((other) => other.offset > offset);
    placed.splice(after < 0 ? placed.length : after, 0, { first, last, bytes, offset });
    offsets[tensor] = offset;
  }
  return { bytes: placed.reduce((most, { offset, bytes }) => Math.max(most, offset + bytes), 0), offsets };
}
