import type { DataSet } from './data-set.ts';

/** One of several parts of a sequence. Together, the shards 1 to `count` are the whole sequence, in order. */
export interface Shard {
  /** Number of the shard, 1 to `count`. */
  readonly index: number;
  /** Number of shards. */
  readonly count: number;
}

/** Consecutive positions of a sequence. */
export interface Range {
  readonly start: number;
  /** End, exclusive. */
  readonly end: number;
}

/** Up to this length, the products in `shardRange` are exact. */
const MAX_DIGITS = 7;
const SHARD = new RegExp(`^(\\d{1,${MAX_DIGITS}})/(\\d{1,${MAX_DIGITS}})$`);

/** Parses a shard written as `I/N`. Returns undefined unless 1 ≤ I ≤ N. */
export function parseShard(text: string): Shard | undefined {
  const [, index, count] = (SHARD.exec(text) ?? []).map(Number);
  return index !== undefined && count !== undefined && index >= 1 && index <= count ? { index, count } : undefined;
}

/** Returns the positions of a shard in a sequence of `length` elements. The lengths of shards differ by at most 1. */
export function shardRange({ index, count }: Shard, length: number): Range {
  return { start: Math.floor(((index - 1) * length) / count), end: Math.floor((index * length) / count) };
}

/** Returns the pictures of a data set in a range as a data set of their own. */
export function sliceOf(dataSet: DataSet, { start, end }: Range): DataSet {
  return {
    ...dataSet,
    length: end - start,
    label: (index) => dataSet.label(start + index),
    name: (index) => dataSet.name(start + index),
    read: (index) => dataSet.read(start + index),
  };
}
