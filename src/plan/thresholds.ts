import { type LevelQuantizer, quantizerThresholds, thresholdsAreInclusive } from '../numerics/quantizer.ts';
import type { ChannelFunction } from './channel-function.ts';

/** Which numbers an accumulator can be. */
export interface AccumulatorRange {
  /** A rank for every possible accumulator, rising with it; ranks are whole numbers from `lowest` to `highest`. */
  readonly lowest: number;
  readonly highest: number;
  valueOf(rank: number): number;
  /** The rank of the accumulator nearest to a number, or one near it. */
  rankOf(value: number): number;
}

/** Whole numbers from −bound to bound. */
export function integerRange(bound: number): AccumulatorRange {
  return { lowest: -bound, highest: bound, valueOf: (rank) => rank, rankOf: Math.round };
}

const float32 = new DataView(new ArrayBuffer(4));
const LARGEST_FINITE_BITS = 0x7f7fffff;

/** All finite float32 numbers: the bits of a magnitude count upwards with it. */
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

/** Quantization of accumulators: the code is how many thresholds sign · accumulator exceeds. */
export interface FoldedThresholds {
  /** −1 where the code falls as the accumulator rises. */
  readonly sign: Int8Array;
  /** One array a threshold, one number a channel. */
  readonly thresholds: readonly Float64Array[];
}

/**
 * Folds everything between an accumulator and its code into thresholds on the accumulator, by searching in the
 * function itself, so that the codes are those of the unfolded float64 arithmetic for every possible accumulator.
 * Where a channel's function is constant, so is its code.
 */
export function foldThresholds(
  between: ChannelFunction,
  quantizer: LevelQuantizer,
  channels: number,
  range: AccumulatorRange,
): FoldedThresholds {
  const inclusive = thresholdsAreInclusive(quantizer);
  const sign = new Int8Array(channels).fill(1);
  for (let channel = 0; channel < channels; channel++) if (between.direction(channel) < 0) sign[channel] = -1;
  const thresholds = Array.from(quantizerThresholds(quantizer), (threshold) =>
    Float64Array.from(sign, (turn, channel) => {
      const passes = (rank: number) => {
        const y = between.evaluate(turn * range.valueOf(rank), channel);
        return inclusive ? y >= threshold : y > threshold;
      };
      const guess = range.rankOf(turn * between.roughArgument(threshold, channel));
      return range.valueOf(lastFailure(range.lowest, range.highest, guess, passes));
    }),
  );
  return { sign, thresholds };
}

/**
 * The largest whole number that does not pass, where passing begins at some point and does not end;
 * `highest` where none passes, and one below `lowest` where all do. Steps that grow lead away from the guess until the
 * point is enclosed.
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
