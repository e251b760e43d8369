import { HwgqError } from '../../errors.ts';
import { type Shard, shardRange } from '../data/shard.ts';
import { CALIBRATION_BINS } from './calibration.ts';
import type { EvaluationCounts } from './evaluation.ts';
import type { UnreadablePicture } from './evaluation-run.ts';

/** The result of one shard of an evaluation, as JSON. The parts of all shards add up to the whole evaluation. */
export interface EvaluationPart {
  readonly kind: typeof KIND;
  /** Version of this package. */
  readonly version: string;
  readonly shard: Shard;
  readonly model: {
    /** Path that was passed to the command. */
    readonly path: string;
    /** SHA-256 of the `.hwgq` file. */
    readonly sha256: string;
    readonly labels: readonly string[];
  };
  readonly dataSet: {
    /** Path that was passed to the command. */
    readonly path: string;
    readonly format: string;
    /** Number of pictures of all shards. */
    readonly pictures: number;
    /** SHA-256 of the class names and of the names and labels of these pictures, in order. */
    readonly sha256: string;
  };
  readonly backend: string;
  readonly seconds: number;
  /** Pictures of this shard that could not be read, with their indices in the whole data set. */
  readonly unreadable: readonly UnreadablePicture[];
  readonly counts: EvaluationCounts;
}

const KIND = 'hwgq-evaluation-part';
const SHA256 = /^[0-9a-f]{64}$/;
const INTEGER = /^\d{1,30}$/;

/** Describes a part; `kind` is added. */
export function toPart(part: Omit<EvaluationPart, 'kind'>): EvaluationPart {
  return { kind: KIND, ...part };
}

/**
 * Parses the JSON of a part.
 * @param file name of the file, for messages.
 * @param version version of this package.
 * @throws HwgqError `data-format` if it is not a part or is damaged, `invalid-option` if another version wrote it.
 */
export function parsePart(text: string, file: string, version: string): EvaluationPart {
  const part = parsed(text);
  if (!isObject(part) || part.kind !== KIND) {
    throw new HwgqError(
      'data-format',
      `'${file}' is not a part of an evaluation. Pass files that 'hwgq evaluate --shard I/N --json FILE' wrote.`,
      { file },
    );
  }
  if (part.version !== version) {
    throw new HwgqError(
      'invalid-option',
      `'${file}' was written by version ${part.version} of hwgq-web; this is version ${version}. ` +
        'Evaluate and merge all shards with the same version.',
      { file },
    );
  }
  if (!isPart(part) || !isWhole(part)) {
    throw new HwgqError('data-format', `'${file}' is damaged: its figures do not fit together. Evaluate it again.`, {
      file,
    });
  }
  return part;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isArrayOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function isPart(value: Fields): value is Fields & EvaluationPart {
  const { shard, model, dataSet, backend, seconds, unreadable, counts } = value;
  return (
    isObject(shard) &&
    isCount(shard.index) &&
    isCount(shard.count) &&
    shard.index >= 1 &&
    shard.index <= shard.count &&
    isObject(model) &&
    isText(model.path) &&
    isHash(model.sha256) &&
    isArrayOf(model.labels, isText) &&
    isObject(dataSet) &&
    isText(dataSet.path) &&
    isText(dataSet.format) &&
    isCount(dataSet.pictures) &&
    isHash(dataSet.sha256) &&
    isText(backend) &&
    Number.isFinite(seconds) &&
    isArrayOf(unreadable, isUnreadable) &&
    isCounts(counts, (model.labels as unknown[]).length)
  );
}

function isHash(value: unknown): boolean {
  return isText(value) && SHA256.test(value);
}

function isUnreadable(value: unknown): boolean {
  return isObject(value) && isCount(value.index) && isText(value.name) && isText(value.reason);
}

function isCounts(value: unknown, classes: number): boolean {
  if (!isObject(value) || !isCount(value.topFive) || !isObject(value.calibration)) return false;
  const { pictures, correct, confidence } = value.calibration;
  const isBins = (bins: unknown, isItem: (item: unknown) => boolean) =>
    isArrayOf(bins, isItem) && (bins as unknown[]).length === CALIBRATION_BINS;
  const isClass = (index: unknown) => isCount(index) && index < classes;
  const isInvalid = (row: unknown) => isObject(row) && isClass(row.actual) && isCount(row.pictures);
  const isCell = (cell: unknown) =>
    isObject(cell) && isClass(cell.actual) && isClass(cell.predicted) && isCount(cell.pictures);
  return (
    isArrayOf(value.confusion, isCell) &&
    (value.invalid === undefined || isArrayOf(value.invalid, isInvalid)) &&
    isBins(pictures, isCount) &&
    isBins(correct, isCount) &&
    isBins(confidence, (sum) => isText(sum) && INTEGER.test(sum))
  );
}

/** Returns whether a part accounts for every picture of its shard. */
function isWhole({ shard, dataSet, unreadable, counts }: EvaluationPart): boolean {
  const { start, end } = shardRange(shard, dataSet.pictures);
  const isInside = unreadable.every(({ index }) => index >= start && index < end);
  const classified = picturesOf(counts.confusion) + picturesOf(counts.invalid ?? []);
  return isInside && classified + unreadable.length === end - start;
}

function picturesOf(cells: readonly { readonly pictures: number }[]): number {
  return cells.reduce((sum, { pictures }) => sum + pictures, 0);
}
