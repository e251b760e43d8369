import { baseName, type NamedFile, textOf } from './named-file.ts';

/** Caffe's list of the ImageNet classes in the order of the scores: an id and words on each line. */
export const SYNSET_LIST = 'synset_words.txt';

const SYNSET = /^n\d{8}$/;

/** Returns whether a name is an ImageNet id. */
export function isSynset(name: string): boolean {
  return SYNSET.test(name);
}

/** Returns the ids of a `synset_words.txt`, in its order, or undefined if there is none. */
export async function readSynsets(files: readonly NamedFile[]): Promise<readonly string[] | undefined> {
  const list = files.find(({ path }) => baseName(path) === SYNSET_LIST);
  if (!list) return undefined;
  const lines = (await textOf(list)).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => line.trim().split(/\s/, 1)[0] ?? '');
}
