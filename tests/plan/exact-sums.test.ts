import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exactTerms } from '../../src/plan/exact-sums.ts';

const LARGEST_INPUT = 255;

/** The largest magnitude that a sum of some consecutive terms can have. */
function largestSum(weights: readonly number[], terms: number): number {
  const starts = weights.map((_, start) => weights.slice(start, start + terms));
  return Math.max(...starts.map((part) => LARGEST_INPUT * part.reduce((sum, weight) => sum + Math.abs(weight), 0)));
}

it('keeps every sum of that many terms exact in float32, and none of one more if it stops early', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -12288, max: 12288 }), { minLength: 1, maxLength: 121 }), (weights) => {
      const terms = exactTerms(weights, LARGEST_INPUT);
      expect(largestSum(weights, terms)).toBeLessThanOrEqual(2 ** 24);
      if (terms < weights.length) expect(largestSum(weights, terms + 1)).toBeGreaterThan(2 ** 24);
    }),
  );
});

it('adds up a row of 7 × 3 products of 12 bits, and shortens a row of 11 × 3 or of 13 bits', () => {
  expect(exactTerms(new Array(7).fill(3 * 2048), LARGEST_INPUT)).toBe(7);
  expect(exactTerms(new Array(11).fill(3 * 2048), LARGEST_INPUT)).toBe(10);
  expect(exactTerms(new Array(7).fill(3 * 4095), LARGEST_INPUT)).toBe(5);
});
