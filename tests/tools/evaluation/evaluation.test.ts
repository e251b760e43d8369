import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CALIBRATION_BINS } from '../../../src/tools/evaluation/calibration.ts';
import { confusionPicture } from '../../../src/tools/evaluation/confusion-picture.ts';
import { Evaluation } from '../../../src/tools/evaluation/evaluation.ts';

interface Sample {
  readonly actual: number;
  readonly scores: readonly number[];
}

/** Samples with so few different scores that ties occur. */
const samples = fc.integer({ min: 2, max: 12 }).chain((classes) =>
  fc.record({
    classes: fc.constant(classes),
    samples: fc.array(
      fc.record({
        actual: fc.integer({ min: 0, max: classes - 1 }),
        scores: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: classes, maxLength: classes }).map((parts) => {
          const sum = parts.reduce((total, part) => total + part, 0);
          return parts.map((part) => part / sum);
        }),
      }),
      { maxLength: 60 },
    ),
  }),
);

function evaluated(classes: number, all: readonly Sample[]): Evaluation {
  const evaluation = new Evaluation(classes);
  for (const { actual, scores } of all) evaluation.add(actual, scores);
  return evaluation;
}

/** Returns the classes by descending score; equal scores stay in class order. */
function ranking(scores: readonly number[]): number[] {
  return scores.map((_, index) => index).sort((a, b) => (scores[b] as number) - (scores[a] as number));
}

function share(all: readonly Sample[], holds: (sample: Sample) => boolean): number {
  return all.length === 0 ? 0 : all.filter(holds).length / all.length;
}

it('counts top-1 and top-5 like sorting all scores', () => {
  fc.assert(
    fc.property(samples, ({ classes, samples: all }) => {
      const evaluation = evaluated(classes, all);
      expect(evaluation.pictures).toBe(all.length);
      expect(evaluation.top1).toBe(share(all, ({ actual, scores }) => ranking(scores)[0] === actual));
      expect(evaluation.top5).toBe(share(all, ({ actual, scores }) => ranking(scores).slice(0, 5).includes(actual)));
    }),
  );
});

it('counts every pair of classes and sorts the confused ones', () => {
  fc.assert(
    fc.property(samples, ({ classes, samples: all }) => {
      const evaluation = evaluated(classes, all);
      const count = (actual: number, predicted: number) =>
        all.filter((sample) => sample.actual === actual && ranking(sample.scores)[0] === predicted).length;
      const cells = Array.from(
        { length: classes ** 2 },
        (_, cell) => [Math.floor(cell / classes), cell % classes] as const,
      );
      for (const [actual, predicted] of cells)
        expect(evaluation.count(actual, predicted)).toBe(count(actual, predicted));
      expect(evaluation.perClass()).toEqual(
        Array.from({ length: classes }, (_, index) => ({
          index,
          pictures: all.filter(({ actual }) => actual === index).length,
          correct: count(index, index),
        })),
      );
      const pairs = cells
        .map(([actual, predicted]) => ({ actual, predicted, pictures: count(actual, predicted) }))
        .filter(({ actual, predicted, pictures }) => actual !== predicted && pictures > 0)
        .sort((a, b) => b.pictures - a.pictures);
      expect(evaluation.confusedPairs(3)).toEqual(pairs.slice(0, 3));
    }),
  );
});

it('computes the expected calibration error by its definition', () => {
  fc.assert(
    fc.property(samples, ({ classes, samples: all }) => {
      let error = 0;
      for (let bin = 0; bin < CALIBRATION_BINS; bin++) {
        const inside = all.filter(({ scores }) => {
          const best = Math.max(...scores);
          return best * CALIBRATION_BINS > bin && best * CALIBRATION_BINS <= bin + 1;
        });
        const accuracy = share(inside, ({ actual, scores }) => ranking(scores)[0] === actual);
        const confidence = inside.reduce((sum, { scores }) => sum + Math.max(...scores), 0) / (inside.length || 1);
        error += (inside.length / (all.length || 1)) * Math.abs(accuracy - confidence);
      }
      expect(evaluated(classes, all).calibrationError).toBeCloseTo(error, 12);
    }),
  );
});

it('has no calibration error for calibrated scores, and a large one for overconfident scores', () => {
  const evaluation = new Evaluation(2);
  for (let index = 0; index < 4; index++) evaluation.add(index === 0 ? 1 : 0, [0.75, 0.25]);
  expect(evaluation.calibrationError).toBeCloseTo(0, 12);
  const overconfident = new Evaluation(2);
  for (let index = 0; index < 4; index++) overconfident.add(index % 2, [1, 0]);
  expect(overconfident.calibrationError).toBe(0.5);
});

it('rejects a class out of range and missing scores', () => {
  const evaluation = new Evaluation(3);
  expect(() => evaluation.add(3, [1, 0, 0])).toThrow(expect.objectContaining({ code: 'unknown-class' }));
  expect(() => evaluation.add(0, [1, 0])).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
  expect(evaluation.pictures).toBe(0);
});

it.each([
  [2, 'in cells with numbers'],
  [300, 'in a few pixels each'],
])('draws %i classes %s, shaded by the number of pictures', (classes) => {
  const evaluation = new Evaluation(classes);
  const scores = new Float32Array(classes);
  scores[1] = 1;
  evaluation.add(0, scores);
  const { width, height, data } = confusionPicture(evaluation);
  expect([height, data.length]).toEqual([width, width * width * 4]);
  expect(width).toBeGreaterThan(500);
  const cell = Math.floor(1000 / (classes + 1));
  const margin = width - classes * cell;
  const corner = (row: number, column: number) => {
    const start = ((margin + row * cell + 1) * width + margin + column * cell + 1) * 4;
    return Array.from(data.subarray(start, start + 3));
  };
  expect(corner(0, 1)).toEqual([35, 54, 201]);
  expect(corner(1, 0)).toEqual([255, 255, 255]);
});
