import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HwgqError } from '../../../src/errors.ts';
import type { DataSet, StoredPicture } from '../../../src/tools/data/data-set.ts';
import { Evaluation } from '../../../src/tools/evaluation/evaluation.ts';
import { type Classify, EvaluationRun } from '../../../src/tools/evaluation/evaluation-run.ts';
import { reportText, toReport } from '../../../src/tools/evaluation/report.ts';

const LABELS = ['a', 'b', 'c'];
/** Width of a picture that cannot be decoded. */
const BROKEN = 99;

/** Returns a data set of pictures whose width is the predicted class. */
function dataSet(widths: readonly number[]): DataSet {
  return {
    format: 'test',
    length: widths.length,
    label: (index) => index % 3,
    name: (index) => `picture ${index}`,
    read: async (index) => ({ width: widths[index] as number, height: 1, data: new Uint8Array() }),
  };
}

const classify: Classify = async (pictures) => pictures.map((picture) => scoresOf(picture));

function scoresOf(picture: StoredPicture): Float32Array {
  if (!('width' in picture) || picture.width === BROKEN) throw new HwgqError('invalid-image', 'The picture is broken.');
  return Float32Array.from(LABELS, (_, index) => (index === picture.width ? 1 : 0));
}

it('gives the same results for any batch size and stop, without broken pictures', async () => {
  const width = fc.constantFrom(0, 1, 2, BROKEN);
  await fc.assert(
    fc.asyncProperty(
      fc.array(width, { maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      async (widths, batch, limit, stopAfter, batchesInFlight) => {
        const run = new EvaluationRun(dataSet(widths), classify, { labels: LABELS, batch, batchesInFlight, limit });
        const stop = new AbortController();
        let batches = 0;
        await run.run(() => ++batches === stopAfter && stop.abort(), stop.signal);
        expect(run.done).toBe(Math.min((stopAfter + batchesInFlight - 1) * batch, run.total));
        await run.run(() => {});
        expect(run.isComplete).toBe(true);
        const evaluated = widths.slice(0, limit);
        const decodable = evaluated.flatMap((named, index) => (named === BROKEN ? [] : [{ named, index }]));
        expect(run.unreadable.map(({ name }) => name)).toEqual(
          evaluated.flatMap((named, index) => (named === BROKEN ? [`picture ${index}`] : [])),
        );
        expect(run.evaluation.pictures).toBe(decodable.length);
        expect(run.evaluation.correct).toBe(decodable.filter(({ named, index }) => named === index % 3).length);
        expect(run.picturesOf(1, 2)).toEqual(
          decodable.filter(({ named, index }) => named === 2 && index % 3 === 1).map(({ index }) => index),
        );
      },
    ),
  );
});

it('fails with errors that do not concern a single picture', async () => {
  const lost: Classify = async () => {
    throw new HwgqError('device-lost', 'The GPU is gone.');
  };
  const run = new EvaluationRun(dataSet([0, 1, 2]), lost, { labels: LABELS, batch: 2 });
  await expect(run.run(() => {})).rejects.toMatchObject({ code: 'device-lost' });
});

it('keeps as many batches in flight as requested, and never more', async () => {
  let [inFlight, most, calls] = [0, 0, 0];
  const counted: Classify = async (pictures) => {
    most = Math.max(most, ++inFlight);
    calls++;
    // Later batches finish first.
    await new Promise((resolve) => setTimeout(resolve, 8 - calls));
    inFlight--;
    return classify(pictures);
  };
  const widths = Array.from({ length: 20 }, (_, index) => index % 3);
  const run = new EvaluationRun(dataSet(widths), counted, { labels: LABELS, batch: 3, batchesInFlight: 4 });
  const progress: number[] = [];
  await run.run(({ done }) => progress.push(done));
  expect([most, calls]).toEqual([4, 7]);
  expect(progress).toEqual([3, 6, 9, 12, 15, 18, 20]);
  expect(run.evaluation.correct).toBe(20);
});

it('counts pictures whose scores are not finite as wrong, and reports them', async () => {
  const invalid: Classify = async (pictures) => {
    if (pictures.some((picture) => 'width' in picture && picture.width === 1)) {
      throw new HwgqError('invalid-scores', 'A score is NaN.');
    }
    return pictures.map((picture) => scoresOf(picture));
  };
  const run = new EvaluationRun(dataSet([0, 1, 2, 0]), invalid, { labels: LABELS, batch: 4 });
  await run.run(() => {});
  const { evaluation, unreadable } = run;
  expect([evaluation.pictures, evaluation.correct, evaluation.invalid, unreadable]).toEqual([4, 3, 1, []]);
  expect(evaluation.perClass()[1]).toEqual({ index: 1, pictures: 1, correct: 0 });
  const merged = new Evaluation(LABELS.length);
  merged.addCounts(evaluation.counts());
  expect(toReport(merged, LABELS)).toEqual(toReport(evaluation, LABELS));
  expect(reportText(toReport(merged, LABELS))).toContain('1 with scores that are infinite or NaN, counted as wrong');
});
