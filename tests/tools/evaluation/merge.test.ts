import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shardRange } from '../../../src/tools/data/shard.ts';
import { Evaluation } from '../../../src/tools/evaluation/evaluation.ts';
import { mergeParts, type NamedPart } from '../../../src/tools/evaluation/merge.ts';
import { type EvaluationPart, parsePart, toPart } from '../../../src/tools/evaluation/part.ts';
import { toReport } from '../../../src/tools/evaluation/report.ts';

const LABELS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const VERSION = '1.0.0';

/** A classified picture, or undefined if it cannot be read. */
type Sample = { readonly actual: number; readonly scores: Float32Array } | undefined;

const score = fc.float({ min: 0, max: 1, noNaN: true });
const samples: fc.Arbitrary<Sample[]> = fc.array(
  fc.option(
    fc.record({
      actual: fc.integer({ min: 0, max: LABELS.length - 1 }),
      scores: fc
        .array(score, { minLength: LABELS.length, maxLength: LABELS.length })
        .map((all) => Float32Array.from(all)),
    }),
    { nil: undefined },
  ),
  { maxLength: 80 },
);

function evaluationOf(all: readonly Sample[]): Evaluation {
  const evaluation = new Evaluation(LABELS.length);
  for (const sample of all) if (sample) evaluation.add(sample.actual, sample.scores);
  return evaluation;
}

function unreadableOf(all: readonly Sample[], start = 0) {
  return all.flatMap((sample, index) =>
    sample ? [] : [{ index: start + index, name: `picture ${start + index}`, reason: 'broken' }],
  );
}

/** Returns the part of a shard, written as JSON and read again. */
function partOf(
  all: readonly Sample[],
  index: number,
  count: number,
  changes: Partial<EvaluationPart> = {},
): NamedPart {
  const shard = { index, count };
  const { start, end } = shardRange(shard, all.length);
  const own = all.slice(start, end);
  const part = toPart({
    version: VERSION,
    shard,
    model: { path: 'net.hwgq', sha256: 'a'.repeat(64), labels: LABELS },
    dataSet: { path: 'test', format: 'pack', pictures: all.length, sha256: 'b'.repeat(64) },
    backend: 'wasm',
    seconds: index,
    unreadable: unreadableOf(own, start),
    counts: evaluationOf(own).counts(),
    ...changes,
  });
  const file = `part-${index}.json`;
  return { file, part: parsePart(JSON.stringify(part), file, VERSION) };
}

function merged(parts: readonly NamedPart[]) {
  return mergeParts(parts as [NamedPart, ...NamedPart[]]);
}

it('merges any number of shards, in any order, to exactly the results of a single run', () => {
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 12 }), fc.infiniteStream(fc.nat()), (all, count, order) => {
      const parts = Array.from({ length: count }, (_, index) => ({
        part: partOf(all, index + 1, count),
        key: order.next().value as number,
      }));
      const shuffled = parts.sort((a, b) => a.key - b.key).map(({ part }) => part);
      const { evaluation, unreadable, seconds } = merged(shuffled);
      expect(toReport(evaluation, LABELS)).toEqual(toReport(evaluationOf(all), LABELS));
      expect(evaluation.counts()).toEqual(evaluationOf(all).counts());
      expect(unreadable).toEqual(unreadableOf(all));
      expect(seconds).toBe((count * (count + 1)) / 2);
    }),
  );
});

const SAMPLES: readonly Sample[] = Array.from({ length: 10 }, (_, index) => ({
  actual: index % LABELS.length,
  scores: Float32Array.from(LABELS, (_, label) => (label === index ? 0.7 : 0.05)),
}));

describe('merging', () => {
  const model = { path: 'other.hwgq', sha256: 'c'.repeat(64), labels: LABELS };
  const dataSet = { path: 'val', format: 'pack', pictures: 10, sha256: 'd'.repeat(64) };

  it.each([
    ['models', { model }, /model: 'part-1\.json' has net\.hwgq .*'part-2\.json' has other\.hwgq .*c{64}/],
    ['data sets', { dataSet }, /data set: .*test \(pack, 10 pictures.*val \(pack, 10 pictures.*--split and --limit/],
    ['backends', { backend: 'webgpu' }, /backend: .*wasm.*webgpu.*--backend/],
  ])('rejects parts of different %s', (_, changes, message) => {
    const parts = [partOf(SAMPLES, 1, 2), partOf(SAMPLES, 2, 2, changes)];
    expect(() => merged(parts)).toThrow(
      expect.objectContaining({
        code: 'invalid-option',
        message: expect.stringMatching(message),
        details: { file: 'part-2.json' },
      }),
    );
  });

  it('rejects different numbers of shards', () => {
    expect(() => merged([partOf(SAMPLES, 1, 2), partOf(SAMPLES, 2, 3)])).toThrow(/number of shards: .* 2, .* 3\./);
  });

  it('names a shard that is passed twice', () => {
    const parts = [partOf(SAMPLES, 1, 2), { ...partOf(SAMPLES, 1, 2), file: 'copy.json' }];
    expect(() => merged(parts)).toThrow(/'part-1\.json' and 'copy\.json' both contain shard 1\/2/);
  });

  it('names the missing shards', () => {
    expect(() => merged([partOf(SAMPLES, 1, 4), partOf(SAMPLES, 3, 4)])).toThrow(
      expect.objectContaining({
        code: 'invalid-option',
        message: expect.stringMatching(/^2 of 4 shards are given\. Missing: 2\/4, 4\/4\. /),
      }),
    );
    expect(() => merged([partOf(SAMPLES, 1, 100)])).toThrow(/Missing: 2\/100, .*, 21\/100, …\./);
  });

  it('accepts different paths of the same model and data set', () => {
    const changes = {
      model: { path: '/mnt/net.hwgq', sha256: 'a'.repeat(64), labels: LABELS },
      dataSet: { path: '/mnt/test', format: 'pack', pictures: 10, sha256: 'b'.repeat(64) },
    };
    expect(merged([partOf(SAMPLES, 1, 2), partOf(SAMPLES, 2, 2, changes)]).evaluation.pictures).toBe(10);
  });
});

describe('a part', () => {
  const { part } = partOf(SAMPLES, 1, 2);
  const read = (value: unknown) => parsePart(JSON.stringify(value), 'part.json', VERSION);
  const { confusion, calibration } = part.counts;

  it.each([
    ['truncated JSON', JSON.stringify(part).slice(0, -5)],
    ['an array', '[]'],
    ['the report of a single run', JSON.stringify({ model: 'net.hwgq', pictures: 10 })],
  ])('is not %s', (_, text) => {
    expect(() => parsePart(text, 'part.json', VERSION)).toThrow(
      expect.objectContaining({
        code: 'data-format',
        message: expect.stringMatching(/^'part\.json' is not a part of an evaluation/),
        details: { file: 'part.json' },
      }),
    );
  });

  it('of another version is rejected', () => {
    expect(() => read({ ...part, version: '0.9.0' })).toThrow(/version 0\.9\.0 .* version 1\.0\.0/);
  });

  it.each([
    ['a shard out of range', { shard: { index: 3, count: 2 } }],
    ['a missing model', { model: undefined }],
    ['a hash of the wrong length', { dataSet: { ...part.dataSet, sha256: 'b' } }],
    ['a class out of range', { counts: { ...part.counts, confusion: [{ actual: 7, predicted: 0, pictures: 5 }] } }],
    ['fewer pictures than its shard', { counts: { ...part.counts, confusion: confusion.slice(1) } }],
    ['a picture of another shard', { unreadable: [{ index: 9, name: 'a', reason: 'b' }] }],
    ['a missing bin', { counts: { ...part.counts, calibration: { ...calibration, correct: [0] } } }],
    [
      'a sum that is not an integer',
      {
        counts: { ...part.counts, calibration: { ...calibration, confidence: calibration.confidence.map(() => 'x') } },
      },
    ],
  ])('with %s is rejected as damaged', (_, changes) => {
    expect(() => read({ ...part, ...changes })).toThrow(
      expect.objectContaining({ code: 'data-format', message: expect.stringMatching(/^'part\.json' is damaged/) }),
    );
  });
});
