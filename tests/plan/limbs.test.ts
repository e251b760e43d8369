import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeBits, codeLevels } from '../../src/plan/code-levels.ts';
import {
  CODE_LIMBS,
  FLOAT_LIMBS,
  fitIntegerSums,
  LIMB_BITS,
  splitLimbs,
  toIntegerWeights,
} from '../../src/plan/limbs.ts';

const BASE = 2 ** LIMB_BITS;

function joined(limbs: readonly number[]): number {
  return limbs.reduceRight((sum, limb) => sum * BASE + limb, 0);
}

describe('splitting integers into limbs', () => {
  it('keeps the integer, with balanced digits below the last limb', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 35), max: 2 ** 35 }), fc.integer({ min: 1, max: 3 }), (integer, count) => {
        const limbs = splitLimbs(integer, count);
        expect(limbs).toHaveLength(count);
        expect(joined(limbs)).toBe(integer);
        for (const digit of limbs.slice(0, -1)) {
          expect(digit).toBeGreaterThanOrEqual(-BASE / 2);
          expect(digit).toBeLessThan(BASE / 2);
        }
      }),
    );
  });
});

describe('converting weights to integers', () => {
  const OUTPUTS = 2;
  const filters = fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 6, maxLength: 6 });

  it.each([
    ['36', CODE_LIMBS],
    ['24', FLOAT_LIMBS],
  ])('keeps float weights to %s bits of the largest in their filter', (_, maxLimbs) => {
    fc.assert(
      fc.property(filters, (weights) => {
        const values = Float32Array.from(weights);
        const { limbs, scale } = toIntegerWeights({ form: 'float32', values }, OUTPUTS, 255, maxLimbs);
        const size = values.length / OUTPUTS;
        for (const [index, weight] of values.entries()) {
          const output = Math.floor(index / size);
          const filter = values.subarray(output * size, (output + 1) * size);
          const largest = Math.max(...filter.map(Math.abs));
          const integer = joined(limbs.map((limb) => limb[index] as number));
          const error = Math.abs(integer * (scale[output] as number) - weight);
          expect(error).toBeLessThanOrEqual(largest * 2 ** (1 - LIMB_BITS * maxLimbs));
        }
      }),
    );
  });

  it('bounds the sums of every filter', () => {
    const values = Int8Array.of(1, -2, 3, 127, -127, 0);
    const weights = { form: 'int8', values, scale: Float32Array.of(0.5, 0.25) } as const;
    const integers = toIntegerWeights(weights, OUTPUTS, 10, CODE_LIMBS);
    expect(integers.limbs).toEqual([Int16Array.from(values)]);
    expect(Array.from(integers.scale)).toEqual([0.5, 0.25]);
    expect(integers.bound).toBe(2540);
  });

  it('refuses weights whose sums might exceed 32 bits', () => {
    const values = new Int16Array(4096).fill(4095);
    const weights = { form: 'fixed13', values, scale: Float32Array.of(1) } as const;
    expect(fitIntegerSums(weights, 1, 255)).toBe(false);
    expect(fitIntegerSums(weights, 1, 64)).toBe(true);
  });
});

describe('levels as integers', () => {
  const level = fc.float({ min: Math.fround(0.01), max: 8, noNaN: true });
  const levels = fc
    .array(level, { minLength: 1, maxLength: 15 })
    .map((positive) => Float64Array.of(0, ...positive.toSorted((a, b) => a - b)));

  it('add up from the terms of each code’s bit planes', () => {
    fc.assert(
      fc.property(levels, (values) => {
        const { unit, terms, largest } = codeLevels(values);
        for (const [code, value] of values.entries()) {
          const sum = terms.reduce((all, { planes, limbs }) => ((planes & ~code) === 0 ? all + joined(limbs) : all), 0);
          expect(Math.abs(sum)).toBeLessThanOrEqual(largest);
          expect(Math.abs(sum * unit - value)).toBeLessThanOrEqual(unit / 2);
        }
      }),
    );
  });

  it.each([
    ['the paper’s', [0, 0.538, 1.076, 1.614], 0.538, 3],
    ['signs', [-1, 1], 1, 1],
  ])('are multiples of the first level for %s', (_, values, unit, largest) => {
    expect(codeLevels(Float64Array.from(values))).toMatchObject({ unit, largest });
  });

  it('need one bit plane for each doubling of their number', () => {
    expect([1, 2, 3, 4, 5, 16].map(codeBits)).toEqual([1, 1, 2, 2, 3, 4]);
  });
});
