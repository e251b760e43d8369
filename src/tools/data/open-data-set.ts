import { HwgqError } from '../../errors.ts';
import { openClassFolders } from './class-folders.ts';
import type { DataSet } from './data-set.ts';
import { findIdxPairs, openIdx } from './idx.ts';
import { findLists, openList } from './list.ts';
import type { NamedFile } from './named-file.ts';
import { findPacks, openPack } from './pack.ts';

/** What people hold apart for testing, best first, when nobody says which part of a data set is meant. */
const TEST_SPLITS = ['test', 't10k', 'val', 'validation'];

/**
 * Recognises a data set by its files:
 * - pack: `SPLIT.images`, `SPLIT.offsets.u32`, `SPLIT.labels.u8`, `classes.json`;
 * - idx (MNIST): `SPLIT-images-idx3-ubyte` and `SPLIT-labels-idx1-ubyte`, with or without `.gz`;
 * - Caffe list: a text of `name label` lines beside its pictures;
 * - class folders: pictures in a folder for each class.
 *
 * @param split which part, where there are several: `train`, `test`, … Default: the only one, or the one for testing.
 * @throws HwgqError `data-format` where it is none of them or damaged, `invalid-option` for a split that is not there.
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
  const usual = names.length === 1 ? names[0] : TEST_SPLITS.find((name) => parts.has(name));
  const part = parts.get(split ?? usual ?? '');
  if (part) return part;
  const seen = split === undefined ? 'has several parts' : `has no part '${split}'`;
  throw new HwgqError('invalid-option', `The data set ${seen}. Name one of: ${names.join(', ')}.`);
}
