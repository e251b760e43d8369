import { type LevelQuantizer, quantizerThresholds, thresholdsAreInclusive } from '../numerics/quantizer.ts';
import type { ChannelFunction } from './channel-function.ts';

/** The numbers that an accumulator can be. Each has an integer rank from `lowest` to `highest` that rises with it. */
export interface AccumulatorRange {
  readonly lowest: number;
  readonly highest: number;
  valueOf(rank: number): number;
  /** Returns the rank of the accumulator nearest to a number, or a rank close to it. */
  rankOf(value: number): number;
}

/** Returns the range of the integers from −bound to bound. */
export function integerRange(bound: number): AccumulatorRange {
  return { lowest: -bound, highest: bound, valueOf: (rank) => rank, rankOf: Math.round };
}

const float32 = new DataView(new ArrayBuffer(4));
const LARGEST_FINITE_BITS = 0x7f7fffff;

/** The range of all finite float32 numbers. The bits of a magnitude, read as an integer, rise with it. */
export const float32Range: AccumulatorRange = {
  lowest: -LARGEST_FINITE_BITS,
  highest: LARGEST_FINITE_BITS,
  valueOf(rank) {
    float32.setUint32(0, Math.abs(rank));
    return rank < 0 ? -float32.getFloat32(0) : float32.getFloat32(0);
  },
  rankOf(value) {
    float32.setFloat32(0, Math.abs(value));
    const bits = float32.getUint32(0);
    return value < 0 ? -bits : bits;
  },
};

/** The quantization of accumulators: the code is the number of thresholds that sign · accumulator exceeds. */
export interface FoldedThresholds {
  /** One for each channel: −1 if the code falls as the accumulator rises, otherwise 1. */
  readonly sign: Int8Array;
  /** One array for each threshold, with one number for each channel. */
  readonly thresholds: readonly Float64Array[];
}

/**
 * Folds the function between an accumulator and its quantizer into thresholds on the accumulator. It searches in the
 * function itself, so that the codes equal those of the unfolded float64 arithmetic for every possible accumulator. If
 * a channel's function is constant, so is its code.
 */
export function foldThresholds(
  between: ChannelFunction,
  quantizer: LevelQuantizer,
  channels: number,
  range: AccumulatorRange,
): FoldedThresholds {
  const inclusive = thresholdsAreInclusive(quantizer);
  const sign = new Int8Array(channels).fill(1);
  for (let channel = 0; channel < channels; channel++) if (between.slopeSign(channel) < 0) sign[channel] = -1;
  const thresholds = Array.from(quantizerThresholds(quantizer), (threshold) =>
    Float64Array.from(sign, (direction, channel) => {
      const passes = (rank: number) => {
        const y = between.evaluate(direction * range.valueOf(rank), channel);
        return inclusive ? y >= threshold : y > threshold;
      };
      const guess = range.rankOf(direction * between.approximateInverse(threshold, channel));
      return range.valueOf(lastFailure(range.lowest, range.highest, guess, passes));
    }),
  );
  return { sign, thresholds };
}

/**
 * Returns the largest rank that does not pass, given that every rank above a passing one passes too: `highest` if none
 * passes, `lowest` − 1 if all do. It moves away from the guess in growing steps until it has enclosed the boundary, then
 * bisects.
 */
function lastFailure(lowest: number, highest: number, guess: number, passes: (rank: number) => boolean): number {
  let failing = lowest - 1;
  let passing = highest + 1;
  let rank = Number.isNaN(guess) ? 0 : Math.max(lowest, Math.min(highest, guess));
  for (let step = 1; rank > failing && rank < passing; step *= 4) {
    if (passes(rank)) {
      passing = rank;
      rank -= step;
    } else {
      failing = rank;
      rank += step;
    }
  }
  while (passing - failing > 1) {
    const middle = Math.floor((failing + passing) / 2);
    if (passes(middle)) passing = middle;
    else failing = middle;
  }
  return failing;
}
