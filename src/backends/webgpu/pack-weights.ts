import type { ChwShape } from '../../graph/shapes.ts';
import { clampToFloat32, LARGEST_FLOAT32 } from '../../numerics/float32.ts';
import { signBitAt } from '../../numerics/signs.ts';
import type { LevelTerm } from '../../plan/code-levels.ts';
import { exactTerms } from '../../plan/exact-sums.ts';
import type { LimbWeights } from '../../plan/limbs.ts';
import type { Convolution, FusedQuantization } from '../../plan/plan.ts';
import { WORD_CHANNELS, wordCount } from './layout.ts';

/** The sizes of a convolution's filters. */
export interface FilterShape {
  readonly outputs: number;
  readonly inputs: number;
  readonly taps: number;
  readonly group: number;
  /** Output channels of a packed row: `outputs`, padded. */
  readonly row: number;
}

export function filterShape(step: Convolution, input: ChwShape, output: ChwShape, row: number): FilterShape {
  return {
    row,
    outputs: output.channels,
    inputs: input.channels,
    taps: step.kernel[0] * step.kernel[1],
    group: step.group,
  };
}

/** Packs weight signs as [tap][word][output channel of a padded row], with 32 input channels in a word. */
export function packSigns(signs: Uint8Array, shape: FilterShape): Uint32Array<ArrayBuffer> {
  const { outputs, inputs, taps, row } = shape;
  const words = wordCount(inputs);
  const packed = new Uint32Array(taps * words * row);
  let bit = 0;
  for (let output = 0; output < outputs; output++) {
    const [first, end] = inputsOf(shape, output);
    for (let input = first; input < end; input++) {
      const mask = 1 << (input % WORD_CHANNELS);
      const word = Math.floor(input / WORD_CHANNELS);
      for (let tap = 0; tap < taps; tap++, bit++) {
        if (!signBitAt(signs, bit)) continue;
        const position = (tap * words + word) * row + output;
        packed[position] = (packed[position] as number) | mask;
      }
    }
  }
  return packed;
}

/** Packs the set of input channels that each output channel reads as [word][output channel of a padded row]. */
export function packMembers(shape: FilterShape): Uint32Array<ArrayBuffer> {
  const { row } = shape;
  const packed = new Uint32Array(wordCount(shape.inputs) * row);
  for (let output = 0; output < shape.outputs; output++) {
    const [first, end] = inputsOf(shape, output);
    for (let input = first; input < end; input++) {
      const position = Math.floor(input / WORD_CHANNELS) * row + output;
      packed[position] = (packed[position] as number) | (1 << (input % WORD_CHANNELS));
    }
  }
  return packed;
}

/** Packs each term as its set of planes and three limbs. */
export function packTerms(terms: readonly LevelTerm[]): Int32Array<ArrayBuffer> {
  return Int32Array.from(terms.flatMap(({ planes, limbs }) => [planes, limbs[0] ?? 0, limbs[1] ?? 0, limbs[2] ?? 0]));
}

/** Returns the range of input channels in an output channel's group. */
function inputsOf({ outputs, inputs, group }: FilterShape, output: number): [first: number, end: number] {
  const size = inputs / group;
  const first = Math.floor(output / (outputs / group)) * size;
  return [first, first + size];
}

/** The order of packed limbs. */
export interface LimbOrder {
  /** Output channels of a group, whose weights follow each other. */
  readonly group: number;
  /** Input channels of a tap, padded. */
  readonly slots: number;
}

/**
 * Packs limbs of weights as [group of output channels][limb][tap][input channel, padded][output channel of the group].
 * Weights for channels outside an output channel's own group are 0.
 */
export function packLimbs(
  { limbs }: LimbWeights,
  shape: FilterShape,
  { group, slots }: LimbOrder,
): Float32Array<ArrayBuffer> {
  const { outputs, taps, row } = shape;
  const packed = new Float32Array(limbs.length * taps * slots * row);
  for (const [place, limb] of limbs.entries()) {
    let index = 0;
    for (let output = 0; output < outputs; output++) {
      const [first, end] = inputsOf(shape, output);
      const start = (Math.floor(output / group) * limbs.length + place) * taps;
      for (let input = first; input < end; input++) {
        for (let tap = 0; tap < taps; tap++) {
          packed[((start + tap) * slots + input) * group + (output % group)] = limb[index++] as number;
        }
      }
    }
  }
  return packed;
}

/**
 * Returns how many consecutive taps of packed limbs can be summed exactly in float32.
 * @param largestInput the largest magnitude of an input, an integer.
 */
export function exactTaps(
  packed: Float32Array,
  { taps }: FilterShape,
  { group, slots }: LimbOrder,
  largestInput: number,
): number {
  const size = taps * slots * group;
  let fewest = taps;
  const weights = new Float64Array(taps);
  for (let start = 0; start < packed.length; start += size) {
    for (let channel = 0; channel < group; channel++) {
      weights.fill(0);
      for (let term = 0; term < taps * slots; term++) {
        const tap = Math.floor(term / slots);
        weights[tap] = (weights[tap] as number) + Math.abs(packed[start + term * group + channel] as number);
      }
      fewest = Math.min(fewest, exactTerms(weights, largestInput));
    }
  }
  return fewest;
}

/**
 * Packs float weights as [tap][input channel][output channel of a padded row]. Weights for channels outside an output
 * channel's group are 0.
 */
export function packFloats(weights: Float32Array, shape: FilterShape): Float32Array<ArrayBuffer> {
  const packed = new Float32Array(shape.taps * shape.inputs * shape.row);
  permute(weights, packed, shape);
  return packed;
}

function permute(from: ArrayLike<number>, to: Float32Array, shape: FilterShape): void {
  const { outputs, inputs, taps, row } = shape;
  let index = 0;
  for (let output = 0; output < outputs; output++) {
    const [first, end] = inputsOf(shape, output);
    for (let input = first; input < end; input++) {
      for (let tap = 0; tap < taps; tap++) to[(tap * inputs + input) * row + output] = from[index++] as number;
    }
  }
}

/** Concatenates rows with one number for each channel, each padded with `filler` to `row` channels. */
function paddedRows(rows: readonly ArrayLike<number>[], filler: number, row: number): number[] {
  return rows.flatMap((values) => [...Array.from(values), ...new Array<number>(row - values.length).fill(filler)]);
}

/** Packs thresholds of integer accumulators as [threshold][channel of a padded row]. */
export function packIntegerThresholds(thresholds: readonly Float64Array[], row: number): Int32Array<ArrayBuffer> {
  return Int32Array.from(paddedRows(thresholds, 2 ** 31 - 1, row));
}

/**
 * Packs thresholds of accumulators in limbs as [high, low][threshold][channel of a padded row]; `low` has `lowBits`
 * bits.
 */
export function packLimbThresholds(
  thresholds: readonly Float64Array[],
  lowBits: number,
  row: number,
): Int32Array<ArrayBuffer> {
  const base = 2 ** lowBits;
  const high = thresholds.map((values) => values.map((value) => Math.floor(value / base)));
  const low = thresholds.map((values) => values.map((value) => value - Math.floor(value / base) * base));
  return Int32Array.from([...paddedRows(high, 2 ** 31 - 1, row), ...paddedRows(low, 0, row)]);
}

/** Packs thresholds of float accumulators as [threshold][channel of a padded row]. */
export function packFloatThresholds(thresholds: readonly Float64Array[], row: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    paddedRows(
      thresholds.map((values) => values.map(clampToFloat32)),
      LARGEST_FLOAT32,
      row,
    ),
  );
}

/** Packs [factor, offset, and with codes sign, thresholds…][channel of a padded row]. */
export function packAffine(
  factor: Float64Array,
  offset: Float64Array,
  codes: FusedQuantization | undefined,
  row: number,
): Float32Array<ArrayBuffer> {
  const affine = paddedRows([factor, offset], 0, row);
  if (!codes) return Float32Array.from(affine);
  return Float32Array.from([
    ...affine,
    ...paddedRows([codes.sign], 0, row),
    ...packFloatThresholds(codes.thresholds, row),
  ]);
}
