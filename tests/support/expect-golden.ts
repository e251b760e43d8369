import { expect } from 'vitest';
import type { GoldenCase } from './golden-cases.ts';
import type { GoldenDifference } from './golden-check.ts';

/** Expects the codes and scores that the reference data promise. */
export function expectGolden({ part }: GoldenCase, { levels, wrongLevels, worstFloat }: GoldenDifference): void {
  // A residual network rounds its float sums, so a code near a threshold may flip.
  expect(wrongLevels).toBeLessThanOrEqual(part ? levels / 100_000 : 0);
  if (wrongLevels === 0) expect(worstFloat).toBeLessThan(1e-5);
}
