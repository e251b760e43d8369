import type { ChwShape } from '../../graph/shapes.ts';
import { unpackSigns } from '../../numerics/signs.ts';
import type { LimbWeights } from '../../plan/limbs.ts';
import type { Convolution } from '../../plan/plan.ts';

/** Output channels whose sums a kernel makes together. */
export const LOOKUP_CHANNELS = 32;
export const REAL_CHANNELS = 8;

/** Sizes of a convolution that its weights are laid out by; channels are those of one group. */
export interface FilterShape {
  readonly groups: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly taps: number;
}

export function filterShape(step: Convolution, input: ChwShape, output: ChwShape): FilterShape {
  return {
    groups: step.group,
    inputs: input.channels / step.group,
    outputs: output.channels / step.group,
    taps: step.kernel[0] * step.kernel[1],
  };
}

/** Pairs of lookup tables for the channels of a pixel, four channels a table. */
export function tablePairs(channels: number): number {
  return Math.ceil(channels / 8);
}

export function blockCount(channels: number, blockChannels: number): number {
  return Math.ceil(channels / blockChannels);
}

/**
 * Signs as [group][block of 32 outputs][tap][table][output]: a byte holds those of the table's four input channels.
 * Half a byte would do, and take three instructions more to read.
 */
export function layOutSigns(table: Uint8Array, signs: Uint8Array, shape: FilterShape): void {
  const { groups, inputs, outputs, taps } = shape;
  const tables = tablePairs(inputs) * 2;
  const blockBytes = taps * tables * LOOKUP_CHANNELS;
  const blocks = blockCount(outputs, LOOKUP_CHANNELS);
  const size = inputs * taps;
  // Beyond a filter's last input there are none: zeros.
  const bits = new Uint8Array(tables * 4 * taps);
  for (let filter = 0; filter < groups * outputs; filter++) {
    const output = filter % outputs;
    const block = Math.floor(filter / outputs) * blocks + Math.floor(output / LOOKUP_CHANNELS);
    unpackSigns(signs, filter * size, bits, size);
    let place = block * blockBytes + (output % LOOKUP_CHANNELS);
    for (let tap = 0; tap < taps; tap++) {
      let bit = tap;
      for (let group = 0; group < tables; group++) {
        table[place] =
          (bits[bit] as number) |
          ((bits[bit + taps] as number) << 1) |
          ((bits[bit + 2 * taps] as number) << 2) |
          ((bits[bit + 3 * taps] as number) << 3);
        bit += 4 * taps;
        place += LOOKUP_CHANNELS;
      }
    }
  }
}

/** How the elements that a window reads follow each other: runs of `elements`, each beginning at `offset` bytes. */
export interface ElementRun {
  readonly offset: number;
  /** The first tap of the run, and how many taps it has. */
  readonly firstTap: number;
  readonly taps: number;
}

/** Bytes of one limb of a block. */
export function limbBytes(runs: readonly ElementRun[], inputs: number): number {
  return runs.reduce((sum, { taps }) => sum + Math.ceil((taps * inputs) / 2), 0) * REAL_CHANNELS * 4;
}

/** Limbs as [group][block of 8 outputs][limb][run][pair of elements][output][element of the pair], i16. */
export function layOutLimbs(
  table: Int16Array,
  { limbs }: LimbWeights,
  shape: FilterShape,
  runs: readonly ElementRun[],
): void {
  const size = limbBytes(runs, shape.inputs) / 2;
  for (const [place, limb] of limbs.entries()) {
    layOut(shape, runs, 2, (block, element, lane, weight) => {
      const pair = element >> 1;
      const at = (block * limbs.length + place) * size + (pair * REAL_CHANNELS + lane) * 2 + (element & 1);
      table[at] = limb[weight] as number;
    });
  }
}

/** Floats as [group][block of 8 outputs][run][element][output]. */
export function layOutFloats(
  table: Float32Array,
  weights: Float32Array,
  shape: FilterShape,
  runs: readonly ElementRun[],
): void {
  const size = shape.taps * shape.inputs * REAL_CHANNELS;
  layOut(shape, runs, 1, (block, element, lane, weight) => {
    table[block * size + element * REAL_CHANNELS + lane] = weights[weight] as number;
  });
}

/** Visits all weights; each run's elements begin at a multiple of `multiple`. */
function layOut(
  { groups, inputs, outputs, taps }: FilterShape,
  runs: readonly ElementRun[],
  multiple: number,
  visit: (block: number, element: number, lane: number, weight: number) => void,
): void {
  const blocks = blockCount(outputs, REAL_CHANNELS);
  for (let filter = 0; filter < groups * outputs; filter++) {
    const output = filter % outputs;
    const block = Math.floor(filter / outputs) * blocks + Math.floor(output / REAL_CHANNELS);
    const lane = output % REAL_CHANNELS;
    let start = 0;
    for (const { firstTap, taps: runTaps } of runs) {
      for (let tap = 0; tap < runTaps; tap++) {
        for (let input = 0; input < inputs; input++) {
          visit(block, start + tap * inputs + input, lane, (filter * inputs + input) * taps + firstTap + tap);
        }
      }
      start += Math.ceil((runTaps * inputs) / multiple) * multiple;
    }
  }
}

/** Planar numbers of one image to [pixel][channel], `stride` elements a pixel. */
export function toPixels(
  planar: Int16Array | Float32Array,
  pixels: Int16Array | Float32Array,
  { channels, height, width }: ChwShape,
  stride: number,
): void {
  const area = height * width;
  for (let channel = 0; channel < channels; channel++) {
    const start = channel * area;
    for (let place = 0; place < area; place++) pixels[place * stride + channel] = planar[start + place] as number;
  }
}

/** [pixel][channel] to planar, each number mapped. */
export function fromPixels(
  pixels: ArrayLike<number>,
  planar: Float32Array,
  { channels, height, width }: ChwShape,
  stride: number,
  map: (value: number) => number,
): void {
  const area = height * width;
  for (let channel = 0; channel < channels; channel++) {
    for (let place = 0; place < area; place++) {
      planar[channel * area + place] = map(pixels[place * stride + channel] as number);
    }
  }
}
