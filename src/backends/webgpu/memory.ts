import { type Lifetime, tensorLifetimes } from '../../plan/lifetimes.ts';
import type { Plan, TensorId } from '../../plan/plan.ts';
import { inputsOf, outputsOf } from '../../plan/step-tensors.ts';

/** The memory of a tensor. */
export interface Placement {
  /** Index of the buffer. */
  readonly buffer: number;
  /** First byte in the buffer. */
  readonly offset: number;
}

export interface MemoryPlan {
  /** One for each tensor; undefined if no step uses it because fusion removed it. */
  readonly placements: readonly (Placement | undefined)[];
  /** Bytes of each buffer. */
  readonly bufferSizes: readonly number[];
  /** For each buffer, the bytes from its beginning that hold cleared tensors. */
  readonly clearedSizes: readonly number[];
}

export interface MemoryNeeds {
  /** Bytes of each tensor. */
  readonly bytes: readonly number[];
  /** Tensors that are cleared before the first step, so they cannot share memory with an earlier tensor. */
  readonly cleared: ReadonlySet<TensorId>;
  /** Offsets are multiples of this. */
  readonly alignment: number;
}

/**
 * Plans buffers in which tensors with disjoint lifetimes share memory. WebGPU forbids a dispatch to read and write the same
 * buffer, so the tensors that a step reads and those that it writes are in different buffers; there are two or a few. The
 * largest tensors are placed first, each in the buffer that grows least.
 */
export function planMemory(plan: Plan, { bytes, cleared, alignment }: MemoryNeeds): MemoryPlan {
  const lifetimes = tensorLifetimes(plan);
  for (const tensor of cleared) {
    const lifetime = lifetimes.get(tensor);
    if (lifetime) lifetimes.set(tensor, { ...lifetime, first: -1 });
  }
  const apart = plan.tensors.map(() => new Set<TensorId>());
  for (const step of plan.steps) {
    for (const input of inputsOf(step)) {
      for (const output of outputsOf(step)) {
        apart[input]?.add(output);
        apart[output]?.add(input);
      }
    }
  }
  const sizes = bytes.map((size) => Math.ceil(size / alignment) * alignment);
  const used = [...sizes.keys()].filter((tensor) => lifetimes.has(tensor));
  const order = used.sort(
    (a, b) => Number(cleared.has(b)) - Number(cleared.has(a)) || (sizes[b] as number) - (sizes[a] as number),
  );
  const placements: (Placement | undefined)[] = sizes.map(() => undefined);
  const buffers: TensorId[][] = [];
  const bufferSizes: number[] = [];
  const clearedSizes: number[] = [];
  const endOf = (tensor: TensorId) => (placements[tensor] as Placement).offset + (sizes[tensor] as number);
  for (const tensor of order) {
    const size = sizes[tensor] as number;
    const { first: from, last: to } = lifetimes.get(tensor) as Lifetime;
    let best = { buffer: buffers.length, offset: 0, growth: size };
    for (const [buffer, tenants] of buffers.entries()) {
      if (tenants.some((other) => apart[tensor]?.has(other))) continue;
      const alive = tenants.filter((other) => {
        const { first, last } = lifetimes.get(other) as Lifetime;
        return first <= to && last >= from;
      });
      const starts = [0, ...alive.map(endOf)].sort((a, b) => a - b);
      const offset = starts.find((start) =>
        alive.every((other) => endOf(other) <= start || (placements[other] as Placement).offset >= start + size),
      ) as number;
      const growth = Math.max(0, offset + size - (bufferSizes[buffer] as number));
      if (growth < best.growth || best.buffer === buffers.length) best = { buffer, offset, growth };
    }
    const { buffer, offset } = best;
    placements[tensor] = { buffer, offset };
    buffers[buffer] = [...(buffers[buffer] ?? []), tensor];
    bufferSizes[buffer] = Math.max(bufferSizes[buffer] ?? 0, offset + size);
    clearedSizes[buffer] = Math.max(clearedSizes[buffer] ?? 0, cleared.has(tensor) ? offset + size : 0);
  }
  return { placements, bufferSizes, clearedSizes };
}
