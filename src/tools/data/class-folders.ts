import { HwgqError } from '../../errors.ts';
import type { DataSet } from './data-set.ts';
import { baseName, type NamedFile } from './named-file.ts';
import { readSynsets } from './synsets.ts';

/** File names of pictures. A picture that cannot be decoded is reported when it is read. */
const PICTURE = /\.(png|jpe?g|webp)$/i;

/**
 * Opens a folder of class folders. The class of a picture is the first folder of its path, after the folders that all
 * pictures share. Pictures are ordered by taking one from each class in turn, so that the first thousand cover all classes.
 * A `synset_words.txt` in the folder defines the order of ImageNet ids.
 * @throws HwgqError `data-format` if no folder contains pictures.
 */
export async function openClassFolders(files: readonly NamedFile[]): Promise<DataSet> {
  const pictures = files.filter(({ path }) => PICTURE.test(path) && !baseName(path).startsWith('.'));
  const depth = sharedDepth(pictures);
  const folders = new Map<string, NamedFile[]>();
  for (const picture of pictures) {
    const [name, ...inside] = picture.path.split('/').slice(depth);
    if (name === undefined || inside.length === 0) continue;
    const folder = folders.get(name);
    if (folder) folder.push(picture);
    else folders.set(name, [picture]);
  }
  if (folders.size === 0) throw notADataSet(files);
  const classes = [...folders.keys()].sort();
  const rows = interleaved(classes.map((name) => (folders.get(name) ?? []).sort(byPath)));
  const synsets = await readSynsets(files);
  const row = (index: number) => rows[index] as (typeof rows)[number];
  return {
    format: 'class folders',
    length: rows.length,
    classes,
    ...(synsets && { synsets }),
    label: (index) => row(index).label,
    name: (index) => row(index).file.path,
    read: async (index) => ({ name: row(index).file.path, bytes: await row(index).file.bytes() }),
  };
}

/** Returns how many leading folders all pictures share. The innermost folder counts as a class, not as shared. */
function sharedDepth(pictures: readonly NamedFile[]): number {
  const paths = pictures.map(({ path }) => path.split('/').slice(0, -1));
  const [first = []] = paths;
  const isShared = (depth: number) =>
    paths.every((folders) => folders.length > depth + 1 && folders[depth] === first[depth]);
  let depth = 0;
  while (depth < first.length && isShared(depth)) depth++;
  return depth;
}

function interleaved(folders: readonly (readonly NamedFile[])[]): { file: NamedFile; label: number }[] {
  const most = folders.reduce((largest, { length }) => Math.max(largest, length), 0);
  return Array.from({ length: most }, (_, turn) =>
    folders.flatMap((folder, label) => {
      const file = folder[turn];
      return file ? [{ file, label }] : [];
    }),
  ).flat();
}

function byPath(a: NamedFile, b: NamedFile): number {
  return a.path < b.path ? -1 : Number(a.path > b.path);
}

function notADataSet(files: readonly NamedFile[]): HwgqError {
  const names = files.slice(0, 5).map(({ path }) => `'${path}'`);
  const found =
    files.length === 0 ? 'nothing' : `${files.length} files: ${names.join(', ')}${files.length > 5 ? ', …' : ''}`;
  return new HwgqError(
    'data-format',
    `This is not a data set (found ${found}). Pass a folder that contains a folder of pictures per class, a Caffe list ` +
      '(val.txt) with its pictures, MNIST’s idx files, or a pack (test.images, test.offsets.u32, test.labels.u8).',
  );
}
