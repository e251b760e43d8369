import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeLevels } from '../../../src/plan/code-levels.ts';
import { splitLimbs } from '../../../src/plan/limbs.ts';
import type { BinaryConvolution, IntegerConvolution } from '../../../src/plan/plan.ts';
import { binaryTerms, integerTerms } from '../../../src/tools/onnx/exact-sums.ts';

const base = {
  layer: 'conv',
  input: 0,
  output: 1,
  kernel: [1, 1],
  stride: [1, 1],
  pad: [0, 0],
  dilation: [1, 1],
  group: 1,
  epilogue: { kind: 'codes', thresholds: [] },
} as const;
const shape = { channels: 1, height: 1, width: 1 };
const LARGEST = 255;
const EXACT = 2 ** 24;

function integerConvolution(weights: readonly number[]): IntegerConvolution {
  const limbs = [0, 1, 2].map((place) => Int16Array.from(weights, (weight) => splitLimbs(weight, 3)[place] as number));
  return { ...base, kind: 'integerConvolution', weights: { limbs } };
}

function terms(weights: readonly number[]) {
  return integerTerms(integerConvolution(weights), { kind: 'integers', shape, unit: 1, largest: LARGEST }, 1);
}

describe('terms of integer weights', () => {
  it('add up to the weights and have sums that are exact in float32', () => {
    const limit = 2 ** 34;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -limit, max: limit }), { minLength: 1, maxLength: 400 }), (weights) => {
        const parts = terms(weights);
        for (const [index, weight] of weights.entries()) {
          expect(parts.reduce((sum, part) => sum + part.times * (part.weights[index] as number), 0)).toBe(weight);
        }
        for (const part of parts) {
          const largest = part.weights.reduce((sum, digit) => sum + Math.abs(digit), 0) * LARGEST;
          expect(largest).toBeLessThanOrEqual(EXACT);
        }
      }),
    );
  });

  it('are a single one if that is exact', () => {
    expect(terms([4095, -4095])).toEqual([{ weights: Float32Array.of(4095, -4095), times: 1 }]);
  });

  it('reject a layer that sums too many products, naming it', () => {
    const weights = new Array<number>(70_000).fill(4095);
    expect(() => terms(weights)).toThrow(expect.objectContaining({ code: 'unsupported', details: { layer: 'conv' } }));
  });
});

describe('terms of binary weights', () => {
  const partsOf = (levels: Float64Array) => {
    const step: BinaryConvolution = {
      ...base,
      kind: 'binaryConvolution',
      signs: Uint8Array.of(1),
      levels: codeLevels(levels),
    };
    return { step, parts: binaryTerms(step, { kind: 'codes', shape, bits: 2, levels }, 1, 2) };
  };

  it.each([
    ['multiples of the lowest level', [0, 0.538, 1.076, 1.614], 1],
    ['signs', [-1, 1], 1],
    ['other levels', [0, 0.453, 1.51], 2],
    ['a negative level', [-0.25, 0.538, 1.076, 1.614], 4],
  ])('add up to the levels: %s', (_, numbers, count) => {
    const [first = 0] = numbers.filter((level) => level !== 0);
    const levels = Float64Array.from(numbers, (level) =>
      count === 1 ? Math.round(level / first) * first : Math.fround(level),
    );
    const { step, parts } = partsOf(levels);
    expect(parts).toHaveLength(count);
    for (const [code, level] of levels.entries()) {
      const sum = parts.reduce((total, { times, inputs }) => total + times * (inputs?.[code] as number), 0);
      expect(sum * step.levels.unit).toBeCloseTo(level, 8);
      expect([...(parts[0]?.weights ?? [])]).toEqual([1, -1]);
    }
  });
});
