import { filterScales, filterValues, type Weights } from '../graph/weights.ts';

/** Bits of one limb below the highest. */
export const LIMB_BITS = 12;

/**
 * Integer weights, split into limbs so that 32-bit sums suffice: weight = Σ limbs[i] · 2^(12 · i). Each limb is in
 * Caffe's order. A single limb has up to 13 bits; several limbs are balanced digits of 12 bits.
 */
export interface LimbWeights {
  readonly limbs: readonly Int16Array[];
}

/** Whole-number weights that stand for given ones, and how far their sums can reach. */
export interface IntegerWeights extends LimbWeights {
  /** weight = whole number · scale, one a filter. */
  readonly scale: Float64Array;
  /** The largest |Σ weight · input| of any filter, as whole numbers, for inputs of the largest magnitude. */
  readonly bound: number;
}

/** Limbs beyond which nothing is gained: 36 bits below the largest weight, where float32 has 24. */
const MAX_LIMBS = 3;
const MAX_SUM = 2 ** 31 - 1;

/**
 * Float or fixed-point weights as whole numbers: fixed-point and binary ones as they are, others as multiples of a
 * power of two, exactly where two or three limbs can hold them and to 36 bits of the largest otherwise.
 * @returns undefined where a sum over inputs of magnitude `largestInput` might not fit 32 bits.
 */
export function toIntegerWeights(weights: Weights, outputs: number, largestInput: number): IntegerWeights | undefined {
  const values = Array.from({ length: outputs }, (_, output) => filterValues(weights, outputs, output));
  const isWhole = weights.form !== 'float32' && weights.form !== 'float16';
  const limbCount = isWhole ? 1 : values.every((filter) => isExact(filter, 2)) ? 2 : MAX_LIMBS;
  const scale = Float64Array.from(filterScales(weights, outputs));
  const size = values[0]?.length ?? 0;
  const limbs = Array.from({ length: limbCount }, () => new Int16Array(outputs * size));
  let bound = 0;
  for (const [output, filter] of values.entries()) {
    const unit = isWhole ? 1 : powerUnit(filter, limbCount);
    scale[output] = (scale[output] as number) * unit;
    let sum = 0;
    const limbSums = new Float64Array(limbCount);
    for (let index = 0; index < size; index++) {
      const whole = Math.round((filter[index] as number) / unit);
      sum += Math.abs(whole);
      splitInto(limbs, output * size + index, whole, limbSums);
    }
    bound = Math.max(bound, sum * largestInput);
    // A carry from the limb below is at most 2^(31 − LIMB_BITS).
    const largest = Math.max(...limbSums) * largestInput + 2 ** (31 - LIMB_BITS);
    if (largest > MAX_SUM) return undefined;
  }
  return { limbs, scale, bound };
}

/** The power of two whose multiples, below 2^(12 · limbs − 2), come nearest to a filter's weights. */
function powerUnit(filter: Float64Array, limbCount: number): number {
  const largest = filter.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  if (largest === 0) return 1;
  return 2 ** (Math.floor(Math.log2(largest)) + 1 - (LIMB_BITS * limbCount - 2));
}

function isExact(filter: Float64Array, limbCount: number): boolean {
  const unit = powerUnit(filter, limbCount);
  return filter.every((value) => Number.isInteger(value / unit));
}

function splitInto(limbs: readonly Int16Array[], index: number, whole: number, sums: Float64Array): void {
  for (const [place, digit] of splitLimbs(whole, limbs.length).entries()) {
    (limbs[place] as Int16Array)[index] = digit;
    sums[place] = (sums[place] as number) + Math.abs(digit);
  }
}

/** A whole number as Σ limbs[i] · 2^(12 · i): balanced digits of 12 bits, and whatever is left in the last. */
export function splitLimbs(whole: number, count: number): number[] {
  const base = 2 ** LIMB_BITS;
  const limbs: number[] = [];
  let rest = whole;
  for (let place = 0; place < count - 1; place++) {
    const digit = rest - base * Math.floor((rest + base / 2) / base);
    limbs.push(digit);
    rest = (rest - digit) / base;
  }
  return [...limbs, rest];
}
