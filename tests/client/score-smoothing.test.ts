import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ScoreSmoothing } from '../../src/client/score-smoothing.ts';

const BEFORE = Float32Array.of(1, 0);
const AFTER = Float32Array.of(0, 1);

it('follows 63% of a change within the time constant, at any frame rate', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 5000 }), fc.integer({ min: 1, max: 100 }), (timeConstant, frames) => {
      const smoothing = new ScoreSmoothing(timeConstant);
      let scores = smoothing.next(BEFORE, 0);
      for (let frame = 1; frame <= frames; frame++) scores = smoothing.next(AFTER, (frame * timeConstant) / frames);
      expect(scores[1]).toBeCloseTo(1 - Math.exp(-1), 4);
      expect((scores[0] ?? 0) + (scores[1] ?? 0)).toBeCloseTo(1, 5);
    }),
  );
});

it('starts with the first scores, and again after a reset', () => {
  const smoothing = new ScoreSmoothing(1000);
  expect(smoothing.next(BEFORE, 0)).toEqual(BEFORE);
  expect(smoothing.next(AFTER, 1)).not.toEqual(AFTER);
  smoothing.reset();
  expect(smoothing.next(AFTER, 2)).toEqual(AFTER);
});
