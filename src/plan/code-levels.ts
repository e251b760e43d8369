import { LIMB_BITS, splitLimbs } from './limbs.ts';

/**
 * A product of bit planes and its weight. `planes` is a bit mask of planes; the product is 1 where all of them are 1.
 * The product of the empty set is 1 at every pixel and 0 in the padding.
 */
export interface LevelTerm {
  readonly planes: number;
  /** The term's weight = Σ limbs[i] · 2^(12 · i). All limbs but the last are balanced digits. */
  readonly limbs: readonly number[];
}

/** The levels of codes as integer multiples of a unit: level = unit · Σ over terms of weight · product of planes. */
export interface CodeLevels {
  readonly unit: number;
  readonly terms: readonly LevelTerm[];
  /** The largest |level| in units. */
  readonly largest: number;
}

/** Bits of the largest level: a float32 level has 24, and the smallest level may be 2^10 times smaller. */
const LEVEL_BITS = 34;
/** Limbs that hold this many bits. */
const LEVEL_LIMBS = 3;

/**
 * Converts levels to integers, so that sums of them are exact: multiples of the first level other than 0 if they all
 * are, otherwise multiples of a power of two.
 */
export function codeLevels(levels: Float64Array): CodeLevels {
  const unit = levelUnit(levels);
  const integers = Array.from(levels, (level) => Math.round(level / unit));
  const bits = codeBits(levels.length);
  const weights = new Map<number, number>();
  for (let planes = 0; planes < 2 ** bits; planes++) {
    const level = integers[planes];
    if (level === undefined) continue;
    const below = [...weights].reduce((sum, [other, weight]) => ((other & ~planes) === 0 ? sum + weight : sum), 0);
    if (level !== below) weights.set(planes, level - below);
  }
  const limbCount = [...weights.values()].every((weight) => Math.abs(weight) < 2 ** (LIMB_BITS - 1)) ? 1 : LEVEL_LIMBS;
  return {
    unit,
    terms: Array.from(weights, ([planes, weight]) => ({ planes, limbs: splitLimbs(weight, limbCount) })),
    largest: integers.reduce((most, level) => Math.max(most, Math.abs(level)), 0),
  };
}

/** Returns the number of bit planes that hold codes of so many levels. */
export function codeBits(levelCount: number): number {
  return Math.max(1, Math.ceil(Math.log2(levelCount)));
}

function levelUnit(levels: Float64Array): number {
  const first = Math.abs(levels.find((level) => level !== 0) ?? 1);
  if (levels.every((level) => Number.isInteger(level / first) && (level / first) * first === level)) return first;
  const largest = levels.reduce((most, level) => Math.max(most, Math.abs(level)), 0);
  return 2 ** (Math.floor(Math.log2(largest)) + 1 - LEVEL_BITS);
}
