import { HwgqError } from '../../errors.ts';
import type { DataSet } from './data-set.ts';
import { baseName, type NamedFile, textOf } from './named-file.ts';
import { SYNSET_LIST } from './synsets.ts';

/** A name, which may contain spaces, and a class number. */
const LINE = /^(.*\S)\s+(\d+)$/;
/** Number of bytes that are checked to distinguish a list from other text files. */
const SAMPLE_BYTES = 4096;

/** Finds the Caffe lists, by name without `.txt`. */
export async function findLists(files: readonly NamedFile[]): Promise<Map<string, NamedFile>> {
  const lists = new Map<string, NamedFile>();
  for (const file of files) {
    const name = baseName(file.path);
    if (!name.endsWith('.txt') || name === SYNSET_LIST) continue;
    const start = new TextDecoder().decode(await file.bytes(0, SAMPLE_BYTES));
    // The last line may be incomplete.
    const lines = start.split('\n').slice(0, start.length < SAMPLE_BYTES ? undefined : -1);
    const filled = lines.filter((line) => line.trim() !== '');
    if (filled.length > 0 && filled.every((line) => LINE.test(line.trim()))) lists.set(name.slice(0, -4), file);
  }
  return lists;
}

/**
 * Opens a Caffe list. Each line contains the name of a picture and the index of its class in the network's scores. A name
 * is a path relative to the folder of the list, or a suffix of exactly one picture's path.
 * @throws HwgqError `data-format` that contains the line.
 */
export async function openList(list: NamedFile, files: readonly NamedFile[]): Promise<DataSet> {
  const find = finder(files, list.path.slice(0, -baseName(list.path).length));
  const rows: { file: NamedFile; label: number }[] = [];
  for (const [index, line] of (await textOf(list)).split('\n').entries()) {
    if (line.trim() === '') continue;
    const [, name, label] = LINE.exec(line.trim()) ?? [];
    if (name === undefined) throw wrong(list, index, `'${line.trim()}' is not a name and a class number`);
    const file = find(name);
    if (!file) throw wrong(list, index, `no picture, or more than one, matches '${name}'`);
    rows.push({ file, label: Number(label) });
  }
  const row = (index: number) => rows[index] as (typeof rows)[number];
  return {
    format: 'list',
    length: rows.length,
    label: (index) => row(index).label,
    name: (index) => row(index).file.path,
    read: async (index) => ({ name: row(index).file.path, bytes: await row(index).file.bytes() }),
  };
}

function finder(files: readonly NamedFile[], folder: string): (name: string) => NamedFile | undefined {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const byName = new Map<string, NamedFile[]>();
  for (const file of files) {
    const name = baseName(file.path);
    byName.set(name, [...(byName.get(name) ?? []), file]);
  }
  return (name) => {
    const wanted = name.replace(/^\.?\/+/, '');
    const exact = byPath.get(folder + wanted);
    if (exact) return exact;
    const [only, ...others] = (byName.get(baseName(wanted)) ?? []).filter(({ path }) =>
      `/${path}`.endsWith(`/${wanted}`),
    );
    return others.length === 0 ? only : undefined;
  };
}

function wrong({ path }: NamedFile, index: number, what: string): HwgqError {
  return new HwgqError(
    'data-format',
    `'${path}', line ${index + 1}: ${what}. Put the list in the folder that its names are relative to.`,
    { file: path },
  );
}
