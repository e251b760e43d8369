import { planArena } from '../../plan/arena.ts';
import type { Plan, PlanTensor, Step, TensorId } from '../../plan/plan.ts';
import { outputsOf } from '../../plan/step-tensors.ts';
import { blockCount, LOOKUP_CHANNELS, REAL_CHANNELS } from './layout.ts';
import type { MemoryImage } from './memory-image.ts';

/** Where a tensor lies, as [pixel][channel]: codes are bytes, whole numbers of 16 bits, floats of 32. */
export interface TensorPlace {
  readonly address: number;
  /** Elements from one pixel to the next. */
  readonly stride: number;
}

const ELEMENT_BYTES = { codes: 1, integers: 2, floats: 4 } as const;
const ALIGNMENT = 64;

/** The tensors of a plan in memory. A pixel's elements beyond its channels may hold anything. */
export class TensorPlaces {
  private constructor(private readonly places: ReadonlyMap<TensorId, TensorPlace>) {}

  /** Lays all tensors out in one arena of the image. */
  static of(plan: Plan, image: MemoryImage): TensorPlaces {
    const strides = plan.tensors.map((_, id) => strideOf(plan, id));
    const arena = planArena(
      plan,
      (id) => tensorBytes(plan.tensors[id] as PlanTensor, strides[id] as number),
      ALIGNMENT,
    );
    const start = image.reserve(arena.bytes);
    const places = arena.offsets.flatMap((offset, id) =>
      offset === undefined ? [] : [[id, { address: start + offset, stride: strides[id] as number }] as const],
    );
    return new TensorPlaces(new Map(places));
  }

  at(id: TensorId): TensorPlace {
    return this.places.get(id) as TensorPlace;
  }

  /** As `at`; undefined for a tensor that nothing keeps. */
  find(id: TensorId): TensorPlace | undefined {
    return this.places.get(id);
  }
}

/** Bytes of a tensor, and of what vector instructions may touch behind it. */
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

/** Channels of a pixel that a step may write: those of whole blocks, the last group's too. */
function writtenChannels(step: Step, id: TensorId, channels: number): number {
  if (!('group' in step) || step.group === 1 || !outputsOf(step).includes(id)) return 0;
  const block = step.kind === 'binaryConvolution' ? LOOKUP_CHANNELS : REAL_CHANNELS;
  const outputs = channels / step.group;
  const last = (step.group - 1) * outputs + blockCount(outputs, block) * block;
  return Math.ceil(last / 16) * 16;
}
