import { filterScales, filterValues, type Weights, weightCount } from '../graph/weights.ts';

/** Bits of each limb but the highest. */
export const LIMB_BITS = 12;

/**
 * Integer weights, split into limbs so that 32-bit sums suffice: weight = Σ limbs[i] · 2^(12 · i). Each limb is in
 * Caffe's order. A single limb has up to 13 bits; several limbs are balanced digits of 12 bits.
 */
export interface LimbWeights {
  readonly limbs: readonly Int16Array[];
}

/** Integer weights with their scales, and the bound of their sums. */
export interface IntegerWeights extends LimbWeights {
  /** One for each filter: weight = integer · scale. */
  readonly scale: Float64Array;
  /** The largest |Σ weight · input| of any filter, as an integer, for inputs of the largest magnitude. */
  readonly bound: number;
}

/** Limbs of layers that make codes, whose thresholds may be close to a sum: 36 bits below the largest weight. */
export const CODE_LIMBS = 3;
/** Limbs of layers that make floats, which are rounded to 24 bits. */
export const FLOAT_LIMBS = 2;
const MAX_SUM = 2 ** 31 - 1;
/** The largest digit of a limb, but not of a single one. */
const LARGEST_DIGIT = 2 ** (LIMB_BITS - 1);
/** The largest carry from a limb to the next. */
const LARGEST_CARRY = 2 ** (31 - LIMB_BITS);

/**
 * Returns whether the sums of every limb of a layer's weights fit 32 bits.
 * @param largestInput the largest magnitude of an input, as an integer.
 */
export function fitIntegerSums(weights: Weights, outputs: number, largestInput: number): boolean {
  const size = weightCount(weights) / outputs;
  let largest = size * LARGEST_DIGIT;
  if (areIntegers(weights)) {
    const sums = Array.from({ length: outputs }, (_, output) =>
      filterValues(weights, outputs, output).reduce((sum, value) => sum + Math.abs(value), 0),
    );
    largest = sums.reduce((most, sum) => Math.max(most, sum), 0);
  }
  return largest * largestInput + LARGEST_CARRY <= MAX_SUM;
}

/**
 * Converts weights to integers. Fixed-point and binary weights are integers already. Floats become multiples of a power
 * of two: exactly if at most `maxLimbs` limbs can hold them, otherwise rounded to 12 · `maxLimbs` bits below the largest.
 * @param largestInput the largest magnitude of an input, as an integer.
 * @param maxLimbs at least two.
 */
export function toIntegerWeights(
  weights: Weights,
  outputs: number,
  largestInput: number,
  maxLimbs: number,
): IntegerWeights {
  const values = Array.from({ length: outputs }, (_, output) => filterValues(weights, outputs, output));
  const isInteger = areIntegers(weights);
  const limbCount = isInteger ? 1 : values.every((filter) => isExact(filter, 2)) ? 2 : maxLimbs;
  const scale = Float64Array.from(filterScales(weights, outputs));
  const size = values[0]?.length ?? 0;
  const limbs = Array.from({ length: limbCount }, () => new Int16Array(outputs * size));
  let bound = 0;
  for (const [output, filter] of values.entries()) {
    const unit = isInteger ? 1 : powerUnit(filter, limbCount);
    scale[output] = (scale[output] as number) * unit;
    let sum = 0;
    for (let index = 0; index < size; index++) {
      const integer = Math.round((filter[index] as number) / unit);
      sum += Math.abs(integer);
      for (const [place, digit] of splitLimbs(integer, limbCount).entries()) {
        (limbs[place] as Int16Array)[output * size + index] = digit;
      }
    }
    bound = Math.max(bound, sum * largestInput);
  }
  return { limbs, scale, bound };
}

function areIntegers({ form }: Weights): boolean {
  return form !== 'float32' && form !== 'float16';
}

/** Splits an integer into limbs, Σ limbs[i] · 2^(12 · i): balanced digits of 12 bits, and the remainder in the last. */
export function splitLimbs(integer: number, count: number): number[] {
  const base = 2 ** LIMB_BITS;
  const limbs: number[] = [];
  let rest = integer;
  for (let place = 0; place < count - 1; place++) {
    const digit = rest - base * Math.floor((rest + base / 2) / base);
    limbs.push(digit);
    rest = (rest - digit) / base;
  }
  return [...limbs, rest];
}

/** Returns the smallest power of two in whose multiples, below 2^(12 · limbs − 1), a filter's weights fit. */
function powerUnit(filter: Float64Array, limbCount: number): number {
  let largest = 0;
  for (const value of filter) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return 1;
  return 2 ** (Math.floor(Math.log2(largest)) + 1 - (LIMB_BITS * limbCount - 1));
}

function isExact(filter: Float64Array, limbCount: number): boolean {
  const unit = powerUnit(filter, limbCount);
  return filter.every((value) => Number.isInteger(value / unit));
}
