import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HwgqError } from '../../../src/errors.ts';
import type { DataSet, StoredPicture } from '../../../src/tools/data/data-set.ts';
import { type Classify, EvaluationRun } from '../../../src/tools/evaluation/evaluation-run.ts';

const LABELS = ['a', 'b', 'c'];
/** A picture of this width cannot be decoded. */
const BROKEN = 99;

/** Pictures whose width says what they are taken for. */
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
  if (!('width' in picture) || picture.width === BROKEN) throw new HwgqError('invalid-image', 'It is broken.');
  return Float32Array.from(LABELS, (_, index) => (index === picture.width ? 1 : 0));
}

it('finds the same in batches of any size, stopped anywhere, and leaves out what is broken', async () => {
  const width = fc.constantFrom(0, 1, 2, BROKEN);
  await fc.assert(
    fc.asyncProperty(
      fc.array(width, { maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 5 }),
      async (widths, batch, limit, stopAfter) => {
        const run = new EvaluationRun(dataSet(widths), classify, { labels: LABELS, batch, limit });
        const stop = new AbortController();
        let batches = 0;
        await run.run(() => ++batches === stopAfter && stop.abort(), stop.signal);
        expect(run.done).toBe(Math.min(stopAfter * batch, run.total));
        await run.run(() => {});
        expect(run.isComplete).toBe(true);
        const seen = widths.slice(0, limit);
        const whole = seen.flatMap((named, index) => (named === BROKEN ? [] : [{ named, index }]));
        expect(run.unreadable.map(({ name }) => name).sort()).toEqual(
          seen.flatMap((named, index) => (named === BROKEN ? [`picture ${index}`] : [])).sort(),
        );
        expect(run.evaluation.pictures).toBe(whole.length);
        expect(run.evaluation.correct).toBe(whole.filter(({ named, index }) => named === index % 3).length);
        expect(run.picturesOf(1, 2)).toEqual(
          whole.filter(({ named, index }) => named === 2 && index % 3 === 1).map(({ index }) => index),
        );
      },
    ),
  );
});

it('ends with errors that are no picture’s fault', async () => {
  const lost: Classify = async () => {
    throw new HwgqError('device-lost', 'The GPU is gone.');
  };
  const run = new EvaluationRun(dataSet([0, 1, 2]), lost, { labels: LABELS, batch: 2 });
  await expect(run.run(() => {})).rejects.toMatchObject({ code: 'device-lost' });
});

it('reads the next pictures while the network runs, and no further', async () => {
  const read: number[] = [];
  const source = dataSet(new Array<number>(20).fill(0));
  const watched = { ...source, read: (index: number) => source.read(index).finally(() => read.push(index)) };
  const seenAtOnce: number[] = [];
  const slow: Classify = async (pictures) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    seenAtOnce.push(read.length);
    return classify(pictures);
  };
  await new EvaluationRun(watched, slow, { labels: LABELS, batch: 5 }).run(() => {});
  expect(seenAtOnce).toEqual([10, 15, 20, 20]);
});
