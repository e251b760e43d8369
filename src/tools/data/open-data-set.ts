import { HwgqError } from '../../errors.ts';
import { openClassFolders } from './class-folders.ts';
import type { DataSet } from './data-set.ts';
import { findIdxPairs, openIdx } from './idx.ts';
import { findLists, openList } from './list.ts';
import type { NamedFile } from './named-file.ts';
import { findPacks, openPack } from './pack.ts';

/** Usual names of the test split, in order of preference. */
const TEST_SPLITS = ['test', 't10k', 'val', 'validation'];

/**
 * Opens a data set. Its kind is recognized by its files:
 * - pack: `SPLIT.images`, `SPLIT.offsets.u32`, `SPLIT.labels.u8`, `classes.json`;
 * - idx (MNIST): `SPLIT-images-idx3-ubyte` and `SPLIT-labels-idx1-ubyte`, with or without `.gz`;
 * - Caffe list: a text file with `name label` lines, beside its pictures;
 * - class folders: a folder of pictures for each class.
 *
 * @param split part of the data set: `train`, `test`, … Default: the only part, or the test split.
 * @throws HwgqError `data-format` if the files are not a data set or are damaged, `invalid-option` if the split does not
 *   exist.
 */
export async function openDataSet(files: readonly NamedFile[], split?: string): Promise<DataSet> {
  const packs = findPacks(files);
  if (packs.size > 0) return openPack(files, choose(packs, split));
  const pairs = findIdxPairs(files);
  if (pairs.size > 0) return openIdx(choose(pairs, split));
  const lists = await findLists(files);
  if (lists.size > 0) return openList(choose(lists, split), files);
  return openClassFolders(files);
}

function choose<Part>(parts: ReadonlyMap<string, Part>, split: string | undefined): Part {
  const names = [...parts.keys()];
  const preferred = names.length === 1 ? names[0] : TEST_SPLITS.find((name) => parts.has(name));
  const part = parts.get(split ?? preferred ?? '');
  if (part) return part;
  const problem = split === undefined ? 'has several parts' : `has no part '${split}'`;
  throw new HwgqError('invalid-option', `The data set ${problem}. Choose one of: ${names.join(', ')}.`);
}
