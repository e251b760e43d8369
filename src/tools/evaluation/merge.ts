import { HwgqError } from '../../errors.ts';
import { Evaluation } from './evaluation.ts';
import type { UnreadablePicture } from './evaluation-run.ts';
import type { EvaluationPart } from './part.ts';

/** A part and the name of its file. */
export interface NamedPart {
  readonly file: string;
  readonly part: EvaluationPart;
}

/** A whole evaluation, made of the parts of all shards. */
export interface MergedEvaluation {
  readonly evaluation: Evaluation;
  /** Pictures that could not be read, in the order of the data set. */
  readonly unreadable: readonly UnreadablePicture[];
  /** Sum of the time of all shards. */
  readonly seconds: number;
}

/** Maximum number of shards in a message. */
const MAX_LISTED = 20;

/**
 * Merges the parts of all shards, in any order. The result equals that of a single run over the whole data set.
 * @throws HwgqError `invalid-option` if the parts belong to different evaluations, or if a shard is missing or passed
 *   twice.
 */
export function mergeParts(parts: readonly [NamedPart, ...NamedPart[]]): MergedEvaluation {
  const [first] = parts;
  for (const other of parts) requireSameEvaluation(first, other);
  const sorted = parts.toSorted((a, b) => a.part.shard.index - b.part.shard.index);
  requireEachShardOnce(sorted, first.part.shard.count);
  const evaluation = new Evaluation(first.part.model.labels.length);
  for (const { part } of sorted) evaluation.addCounts(part.counts);
  return {
    evaluation,
    unreadable: sorted.flatMap(({ part }) => part.unreadable),
    seconds: sorted.reduce((sum, { part }) => sum + part.seconds, 0),
  };
}

/** A property that all parts of an evaluation share. */
interface SharedProperty {
  readonly name: string;
  readonly isSame: (a: EvaluationPart, b: EvaluationPart) => boolean;
  readonly describe: (part: EvaluationPart) => string;
  readonly remedy: string;
}

/** Paths are not compared, because they differ between machines. */
const SHARED_PROPERTIES: readonly SharedProperty[] = [
  {
    name: 'model',
    isSame: (a, b) => a.model.sha256 === b.model.sha256,
    describe: ({ model }) => `${model.path} (SHA-256 ${model.sha256})`,
    remedy: 'Evaluate all shards with the same model.',
  },
  {
    name: 'data set',
    isSame: (a, b) => a.dataSet.sha256 === b.dataSet.sha256 && a.dataSet.format === b.dataSet.format,
    describe: ({ dataSet: { path, format, pictures, sha256 } }) =>
      `${path} (${format}, ${pictures} pictures, SHA-256 of their names and labels ${sha256})`,
    remedy: 'Evaluate all shards with the same files, --split and --limit.',
  },
  {
    name: 'number of shards',
    isSame: (a, b) => a.shard.count === b.shard.count,
    describe: ({ shard }) => String(shard.count),
    remedy: 'Use the same N in every --shard I/N.',
  },
  {
    name: 'backend',
    isSame: (a, b) => a.backend === b.backend,
    describe: ({ backend }) => backend,
    remedy: 'Backends round differently. Evaluate all shards with the same --backend.',
  },
];

function requireSameEvaluation(first: NamedPart, other: NamedPart): void {
  const different = SHARED_PROPERTIES.find(({ isSame }) => !isSame(first.part, other.part));
  if (!different) return;
  const { name, describe, remedy } = different;
  throw new HwgqError(
    'invalid-option',
    `The parts have different values of the ${name}: '${first.file}' has ${describe(first.part)}, ` +
      `'${other.file}' has ${describe(other.part)}. ${remedy}`,
    { file: other.file },
  );
}

function requireEachShardOnce(sorted: readonly NamedPart[], count: number): void {
  const byIndex = new Map<number, NamedPart>();
  for (const next of sorted) {
    const { index } = next.part.shard;
    const same = byIndex.get(index);
    if (same) {
      throw new HwgqError(
        'invalid-option',
        `'${same.file}' and '${next.file}' both contain shard ${index}/${count}. Pass each shard once.`,
        { file: next.file },
      );
    }
    byIndex.set(index, next);
  }
  const missing: string[] = [];
  for (let index = 1; index <= count && missing.length <= MAX_LISTED; index++) {
    if (!byIndex.has(index)) missing.push(`${index}/${count}`);
  }
  if (missing.length === 0) return;
  if (missing.length > MAX_LISTED) missing[MAX_LISTED] = '…';
  throw new HwgqError(
    'invalid-option',
    `${byIndex.size} of ${count} shards are given. Missing: ${missing.join(', ')}. Evaluate them, and pass the files of all shards.`,
  );
}
