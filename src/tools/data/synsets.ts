import { baseName, type NamedFile, textOf } from './named-file.ts';

/** Caffe's list of ImageNet's classes, in the order of the scores: an id and words a line. */
export const SYNSET_LIST = 'synset_words.txt';

const SYNSET = /^n\d{8}$/;

export function isSynset(name: string): boolean {
  return SYNSET.test(name);
}

/** The ids of a `synset_words.txt` among some files, in its order; undefined where there is none. */
export async function readSynsets(files: readonly NamedFile[]): Promise<readonly string[] | undefined> {
  const list = files.find(({ path }) => baseName(path) === SYNSET_LIST);
  if (!list) return undefined;
  const lines = (await textOf(list)).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => line.trim().split(/\s/, 1)[0] ?? '');
}
