import { filterScales, filterValues, type Weights } from '../graph/weights.ts';

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

/** More limbs gain nothing: three reach 36 bits below the largest weight, and float32 has 24. */
const MAX_LIMBS = 3;
const MAX_SUM = 2 ** 31 - 1;

/**
 * Converts weights to integers. Fixed-point and binary weights are integers already. Floats become multiples of a power
 * of two: exactly if two or three limbs can hold them, otherwise rounded to 36 bits below the largest.
 * @param largestInput the largest magnitude of an input, as an integer.
 * @returns undefined if a sum might not fit 32 bits.
 */
export function toIntegerWeights(weights: Weights, outputs: number, largestInput: number): IntegerWeights | undefined {
  const values = Array.from({ length: outputs }, (_, output) => filterValues(weights, outputs, output));
  const isInteger = weights.form !== 'float32' && weights.form !== 'float16';
  const limbCount = isInteger ? 1 : values.every((filter) => isExact(filter, 2)) ? 2 : MAX_LIMBS;
  const scale = Float64Array.from(filterScales(weights, outputs));
  const size = values[0]?.length ?? 0;
  const limbs = Array.from({ length: limbCount }, () => new Int16Array(outputs * size));
  let bound = 0;
  for (const [output, filter] of values.entries()) {
    const unit = isInteger ? 1 : powerUnit(filter, limbCount);
    scale[output] = (scale[output] as number) * unit;
    let sum = 0;
    const limbSums = new Float64Array(limbCount);
    for (let index = 0; index < size; index++) {
      const integer = Math.round((filter[index] as number) / unit);
      sum += Math.abs(integer);
      splitInto(limbs, output * size + index, integer, limbSums);
    }
    bound = Math.max(bound, sum * largestInput);
    // A carry from the limb below is at most 2^(31 − LIMB_BITS).
    const largest = Math.max(...limbSums) * largestInput + 2 ** (31 - LIMB_BITS);
    if (largest > MAX_SUM) return undefined;
  }
  return { limbs, scale, bound };
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

/** Returns the smallest power of two in whose multiples, below 2^(12 · limbs − 2), a filter's weights fit. */
function powerUnit(filter: Float64Array, limbCount: number): number {
  let largest = 0;
  for (const value of filter) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return 1;
  return 2 ** (Math.floor(Math.log2(largest)) + 1 - (LIMB_BITS * limbCount - 2));
}

function isExact(filter: Float64Array, limbCount: number): boolean {
  const unit = powerUnit(filter, limbCount);
  return filter.every((value) => Number.isInteger(value / unit));
}

function splitInto(limbs: readonly Int16Array[], index: number, integer: number, sums: Float64Array): void {
  for (const [place, digit] of splitLimbs(integer, limbs.length).entries()) {
    (limbs[place] as Int16Array)[index] = digit;
    sums[place] = (sums[place] as number) + Math.abs(digit);
  }
}
