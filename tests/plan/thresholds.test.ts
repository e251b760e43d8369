import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LevelQuantizer, quantizerThresholds } from '../../src/numerics/quantizer.ts';
import { ChannelFunction } from '../../src/plan/channel-function.ts';
import { type AccumulatorRange, float32Range, foldThresholds, integerRange } from '../../src/plan/thresholds.ts';

const BOUND = 1000;
const QUANTIZERS: readonly LevelQuantizer[] = [
  { kind: 'hwgq', centers: [0.538, 1.076, 1.614], negativeSlope: 0 },
  { kind: 'hwgq', centers: [1], negativeSlope: 0.25 },
  { kind: 'sign' },
];

const factor = fc.oneof(fc.constant(0), fc.double({ min: -2, max: 2, noNaN: true }));

/** One channel's function between an accumulator and its quantizer, as layers compose it. */
const channelFunctions = fc
  .record({
    scale: factor,
    offset: fc.double({ min: -3, max: 3, noNaN: true }),
    variance: fc.double({ min: 0.01, max: 4, noNaN: true }),
    gamma: factor,
    negativeSlope: fc.option(fc.constantFrom(0, 0.1, 1)),
  })
  .map(({ scale, offset, variance, gamma, negativeSlope }) => {
    const affine = ChannelFunction.identity
      .times([scale])
      .plus([offset])
      .batchNormalized({
        type: 'batchNorm',
        name: 'bn',
        inputs: ['x'],
        blob: 'bn',
        meanSums: Float32Array.of(offset / 2),
        varianceSums: Float32Array.of(variance),
        factor: 1,
        epsilon: 1e-5,
      })
      .scaled({ type: 'scale', name: 'scale', inputs: ['bn'], blob: 'scale', gamma: Float32Array.of(gamma) });
    return negativeSlope === null ? affine : affine.rectified(negativeSlope);
  });

/** The code of a value, as the quantizer's definition counts it. */
function codeOf(value: number, quantizer: LevelQuantizer): number {
  return quantizerThresholds(quantizer).filter((threshold) =>
    quantizer.kind === 'sign' ? value >= threshold : value > threshold,
  ).length;
}

function foldedCode(accumulator: number, { sign, thresholds }: ReturnType<typeof foldThresholds>): number {
  return thresholds.filter(([threshold]) => (sign[0] as number) * accumulator > (threshold as number)).length;
}

function differences(
  between: ChannelFunction,
  quantizer: LevelQuantizer,
  range: AccumulatorRange,
  accumulators: readonly number[],
): number[] {
  const folded = foldThresholds(between, quantizer, 1, range);
  return accumulators.filter((x) => foldedCode(x, folded) !== codeOf(between.evaluate(x, 0), quantizer));
}

describe('folded thresholds', () => {
  it.each(QUANTIZERS)('give the code of every integer accumulator for %j', (quantizer) => {
    const all = Array.from({ length: 2 * BOUND + 1 }, (_, index) => index - BOUND);
    fc.assert(
      fc.property(channelFunctions, (between) => {
        expect(differences(between, quantizer, integerRange(BOUND), all)).toEqual([]);
      }),
    );
  });

  it.each(QUANTIZERS)('give the code of float32 accumulators on both sides of each threshold for %j', (quantizer) => {
    fc.assert(
      fc.property(channelFunctions, (between) => {
        const { sign, thresholds } = foldThresholds(between, quantizer, 1, float32Range);
        const near = thresholds.flatMap(([threshold]) => {
          const rank = float32Range.rankOf((sign[0] as number) * (threshold as number));
          return [rank - 1, rank, rank + 1]
            .filter((other) => Math.abs(other) <= float32Range.highest)
            .map((other) => float32Range.valueOf(other));
        });
        expect(differences(between, quantizer, float32Range, near)).toEqual([]);
      }),
    );
  });

  it('never fall as the code rises', () => {
    fc.assert(
      fc.property(channelFunctions, fc.constantFrom(...QUANTIZERS), (between, quantizer) => {
        const { thresholds } = foldThresholds(between, quantizer, 1, integerRange(BOUND));
        const values = thresholds.map(([threshold]) => threshold as number);
        expect(values).toEqual(values.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('a channel function', () => {
  it('equals its epilogues, but for rounding', () => {
    fc.assert(
      fc.property(channelFunctions, fc.integer({ min: -BOUND, max: BOUND }), (between, x) => {
        const value = between.toEpilogues(1).reduce((y, { factor, offset, negativeSlope, lowest, highest }) => {
          const affine = (factor[0] as number) * y + (offset[0] as number);
          return Math.min(highest, Math.max(lowest, affine < 0 ? affine * negativeSlope : affine));
        }, x);
        const wanted = between.evaluate(x, 0);
        expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-9 * Math.max(1e4, Math.abs(wanted)));
      }),
    );
  });

  it('is not monotone after a ReLU of negative slope', () => {
    expect(ChannelFunction.identity.rectified(-0.5).isMonotone).toBe(false);
    expect(ChannelFunction.identity.rectified(0.5).isMonotone).toBe(true);
  });

  it('keeps its values for a range of channels', () => {
    const all = ChannelFunction.identity.times([1, 2, 3]).plus([0, 10, 20]).clamped(-5, 25);
    const last = all.fromChannel(1);
    for (const x of [-10, -1, 0, 2, 7]) {
      expect([last.evaluate(x, 0), last.evaluate(x, 1)]).toEqual([all.evaluate(x, 1), all.evaluate(x, 2)]);
    }
  });
});
