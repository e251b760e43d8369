import type { ChwShape } from '../../graph/shapes.ts';
import { clampToFloat32, LARGEST_FLOAT32 } from '../../numerics/float32.ts';
import { signBitAt } from '../../numerics/signs.ts';
import type { LevelTerm } from '../../plan/code-levels.ts';
import type { LimbWeights } from '../../plan/limbs.ts';
import type { Convolution, FusedQuantization } from '../../plan/plan.ts';

/** Threads of a workgroup, in every kernel. */
export const WORKGROUP_SIZE = 64;
/** Channels of a word of codes. */
export const WORD_CHANNELS = 32;
/** Output channels that one thread computes. */
export const BLOCK_CHANNELS = 4;

export function wordCount(channels: number): number {
  return Math.ceil(channels / WORD_CHANNELS);
}

export function blockCount(channels: number): number {
  return Math.ceil(channels / BLOCK_CHANNELS);
}

/** Sizes of a convolution that its weights are laid out by. */
export interface FilterShape {
  readonly outputs: number;
  readonly inputs: number;
  readonly taps: number;
  readonly group: number;
}

export function filterShape(step: Convolution, input: ChwShape, output: ChwShape): FilterShape {
  return {
    outputs: output.channels,
    inputs: input.channels,
    taps: step.kernel[0] * step.kernel[1],
    group: step.group,
  };
}

/** Signs as [tap][word][output channel, rounded up to blocks], 32 input channels a word. */
export function layOutSigns(signs: Uint8Array, shape: FilterShape): Uint32Array<ArrayBuffer> {
  const { outputs, inputs, taps } = shape;
  const words = wordCount(inputs);
  const row = blockCount(outputs) * BLOCK_CHANNELS;
  const laidOut = new Uint32Array(taps * words * row);
  let bit = 0;
  for (let output = 0; output < outputs; output++) {
    const [first, end] = inputsOf(shape, output);
    for (let input = first; input < end; input++) {
      const mask = 1 << (input % WORD_CHANNELS);
      const word = Math.floor(input / WORD_CHANNELS);
      for (let tap = 0; tap < taps; tap++, bit++) {
        if (!signBitAt(signs, bit)) continue;
        const place = (tap * words + word) * row + output;
        laidOut[place] = (laidOut[place] as number) | mask;
      }
    }
  }
  return laidOut;
}

/** The input channels that each output channel reads, as [word][output channel, rounded up to blocks]. */
export function layOutMembers(shape: FilterShape): Uint32Array<ArrayBuffer> {
  const row = blockCount(shape.outputs) * BLOCK_CHANNELS;
  const laidOut = new Uint32Array(wordCount(shape.inputs) * row);
  for (let output = 0; output < shape.outputs; output++) {
    const [first, end] = inputsOf(shape, output);
    for (let input = first; input < end; input++) {
      const place = Math.floor(input / WORD_CHANNELS) * row + output;
      laidOut[place] = (laidOut[place] as number) | (1 << (input % WORD_CHANNELS));
    }
  }
  return laidOut;
}

/** Each term as its set of planes and three limbs. */
export function layOutTerms(terms: readonly LevelTerm[]): Int32Array<ArrayBuffer> {
  return Int32Array.from(terms.flatMap(({ planes, limbs }) => [planes, limbs[0] ?? 0, limbs[1] ?? 0, limbs[2] ?? 0]));
}

/** The input channels of an output channel's group. */
function inputsOf({ outputs, inputs, group }: FilterShape, output: number): [first: number, end: number] {
  const size = inputs / group;
  const first = Math.floor(output / (outputs / group)) * size;
  return [first, first + size];
}

/** Limbs as [limb][tap][input channel][output channel, rounded up to blocks]; groups become zeros. */
export function layOutLimbs({ limbs }: LimbWeights, shape: FilterShape): Int16Array<ArrayBuffer> {
  const size = shape.taps * shape.inputs * blockCount(shape.outputs) * BLOCK_CHANNELS;
  const laidOut = new Int16Array(limbs.length * size);
  for (const [place, limb] of limbs.entries()) permute(limb, laidOut.subarray(place * size), shape);
  return laidOut;
}

/** Floats as [tap][input channel][output channel, rounded up to blocks]; groups become zeros. */
export function layOutFloats(weights: Float32Array, shape: FilterShape): Float32Array<ArrayBuffer> {
  const laidOut = new Float32Array(shape.taps * shape.inputs * blockCount(shape.outputs) * BLOCK_CHANNELS);
  permute(weights, laidOut, shape);
  return laidOut;
}

function permute(from: ArrayLike<number>, to: Int16Array | Float32Array, shape: FilterShape): void {
  const { outputs, inputs, taps } = shape;
  const row = blockCount(outputs) * BLOCK_CHANNELS;
  let index = 0;
  for (let output = 0; output < outputs; output++) {
    const [first, end] = inputsOf(shape, output);
    for (let input = first; input < end; input++) {
      for (let tap = 0; tap < taps; tap++) to[(tap * inputs + input) * row + output] = from[index++] as number;
    }
  }
}

/** One row of numbers for each table entry, rounded up to blocks; channels beyond the last get `filler`. */
function blockRows(rows: readonly ArrayLike<number>[], filler: number): number[] {
  return rows.flatMap((values) => {
    const padding = blockCount(values.length) * BLOCK_CHANNELS - values.length;
    return [...Array.from(values), ...new Array<number>(padding).fill(filler)];
  });
}

/** Thresholds of whole-number accumulators as [threshold][channel]. */
export function layOutIntegerThresholds(thresholds: readonly Float64Array[]): Int32Array<ArrayBuffer> {
  return Int32Array.from(blockRows(thresholds, 2 ** 31 - 1));
}

/** Thresholds of accumulators in limbs as [high, low][threshold][channel], the low part of `lowBits` bits. */
export function layOutLimbThresholds(thresholds: readonly Float64Array[], lowBits: number): Int32Array<ArrayBuffer> {
  const base = 2 ** lowBits;
  const high = thresholds.map((values) => values.map((value) => Math.floor(value / base)));
  const low = thresholds.map((values) => values.map((value) => value - Math.floor(value / base) * base));
  return Int32Array.from([...blockRows(high, 2 ** 31 - 1), ...blockRows(low, 0)]);
}

/** Float thresholds as [threshold][channel], rounded up to blocks. */
export function layOutFloatThresholds(thresholds: readonly Float64Array[]): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    blockRows(
      thresholds.map((values) => values.map(clampToFloat32)),
      LARGEST_FLOAT32,
    ),
  );
}

/** [factor, offset][channel], or [factor, offset, sign, thresholds…][channel], rounded up to blocks. */
export function layOutAffine(
  factor: Float64Array,
  offset: Float64Array,
  codes: FusedQuantization | undefined,
): Float32Array<ArrayBuffer> {
  const affine = blockRows([factor, offset], 0);
  if (!codes) return Float32Array.from(affine);
  return Float32Array.from([...affine, ...blockRows([codes.sign], 0), ...layOutFloatThresholds(codes.thresholds)]);
}

/** Planar images to [pixel][channel]. */
export function toPixels<T extends Int32Array | Float32Array>(
  planar: ArrayLike<number>,
  pixels: T,
  { channels, height, width }: ChwShape,
): T {
  const area = height * width;
  const images = planar.length / (channels * area);
  let index = 0;
  for (let image = 0; image < images; image++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let place = 0; place < area; place++) {
        pixels[(image * area + place) * channels + channel] = planar[index++] as number;
      }
    }
  }
  return pixels;
}

/** [pixel][channel] to planar images. */
export function fromPixels(
  pixels: ArrayLike<number>,
  { channels, height, width }: ChwShape,
  unit: number,
): Float32Array {
  const area = height * width;
  const planar = new Float32Array(pixels.length);
  for (let index = 0; index < pixels.length; index++) {
    const channel = index % channels;
    const pixel = Math.floor(index / channels);
    const image = Math.floor(pixel / area);
    planar[(image * channels + channel) * area + (pixel % area)] = (pixels[index] as number) * unit;
  }
  return planar;
}

/** Bit planes [pixel][word][plane] to planar images of the levels that the codes stand for. */
export function levelsFromCodes(
  words: Uint32Array,
  { channels, height, width }: ChwShape,
  bits: number,
  levels: Float64Array,
): Float32Array {
  const area = height * width;
  const row = wordCount(channels);
  const pixels = words.length / (bits * row);
  const planar = new Float32Array(pixels * channels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const image = Math.floor(pixel / area);
    for (let channel = 0; channel < channels; channel++) {
      let code = 0;
      for (let plane = 0; plane < bits; plane++) {
        const word = words[(pixel * row + (channel >> 5)) * bits + plane] as number;
        code |= ((word >>> (channel & 31)) & 1) << plane;
      }
      planar[(image * channels + channel) * area + (pixel % area)] = levels[code] as number;
    }
  }
  return planar;
}
