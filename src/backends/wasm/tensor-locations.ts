import { planArena } from '../../plan/arena.ts';
import type { Plan, PlanTensor, Step, TensorId } from '../../plan/plan.ts';
import { outputsOf } from '../../plan/step-tensors.ts';
import { LOOKUP_CHANNELS, REAL_CHANNELS } from './kernels/constants.ts';
import type { MemoryLayout } from './memory-layout.ts';
import { blockCount } from './pack-weights.ts';

/** Location of a tensor, stored as [pixel][channel] of 8-bit codes, 16-bit integers or 32-bit floats. */
export interface TensorLocation {
  readonly address: number;
  /** Elements from one pixel to the next. */
  readonly stride: number;
}

const ELEMENT_BYTES = { codes: 1, integers: 2, floats: 4 } as const;
const ALIGNMENT = 64;

/** Locations of a plan's tensors. The elements of a pixel beyond its channels are undefined. */
export class TensorLocations {
  readonly #locations: ReadonlyMap<TensorId, TensorLocation>;

  private constructor(locations: ReadonlyMap<TensorId, TensorLocation>) {
    this.#locations = locations;
  }

  /** Reserves one arena for all tensors of a plan. */
  static reserve(plan: Plan, layout: MemoryLayout): TensorLocations {
    const strides = plan.tensors.map((_, id) => strideOf(plan, id));
    const arena = planArena(
      plan,
      (id) => tensorBytes(plan.tensors[id] as PlanTensor, strides[id] as number),
      ALIGNMENT,
    );
    const start = layout.reserve(arena.bytes);
    const locations = arena.offsets.flatMap((offset, id) =>
      offset === undefined ? [] : [[id, { address: start + offset, stride: strides[id] as number }] as const],
    );
    return new TensorLocations(new Map(locations));
  }

  /** Returns the location of a tensor that is stored. */
  of(id: TensorId): TensorLocation {
    return this.#locations.get(id) as TensorLocation;
  }

  /** Returns the location of a tensor, or undefined if the tensor is not stored. */
  find(id: TensorId): TensorLocation | undefined {
    return this.#locations.get(id);
  }
}

/** Returns the bytes of a tensor, including those that vector instructions may access beyond it. */
function tensorBytes(tensor: PlanTensor, stride: number): number {
  const { height, width } = tensor.shape;
  return height * width * stride * ELEMENT_BYTES[tensor.kind] + ALIGNMENT;
}

function strideOf(plan: Plan, id: TensorId): number {
  const { kind, shape } = plan.tensors[id] as PlanTensor;
  if (kind === 'integers') return shape.channels;
  const written = plan.steps.map((step) => writtenChannels(step, id, shape.channels));
  return Math.max(blockCount(shape.channels, LOOKUP_CHANNELS) * LOOKUP_CHANNELS, ...written);
}

/** Returns how many channels of a pixel a grouped convolution may write: the last group writes whole blocks, too. */
function writtenChannels(step: Step, id: TensorId, channels: number): number {
  if (!('group' in step) || step.group === 1 || !outputsOf(step).includes(id)) return 0;
  const block = step.kind === 'binaryConvolution' ? LOOKUP_CHANNELS : REAL_CHANNELS;
  const outputs = channels / step.group;
  const last = (step.group - 1) * outputs + blockCount(outputs, block) * block;
  return Math.ceil(last / 16) * 16;
}
