import { HwgqError } from '../../errors.ts';
import type { DataSet } from './data-set.ts';
import { baseName, type NamedFile } from './named-file.ts';
import { readSynsets } from './synsets.ts';

/** Pictures by the ends of their names; whether one can be decoded is found out when it is. */
const PICTURE = /\.(png|jpe?g|webp)$/i;

/**
 * Opens a folder of class folders: the first folder on a picture's path, once those that all pictures share are left
 * out, is its class. Pictures are taken from the classes in turns, so that the first thousand are of all classes. A
 * `synset_words.txt` in the folder tells which class an ImageNet id is.
 * @throws HwgqError `data-format` where there are no pictures in folders.
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
  const rows = inTurns(classes.map((name) => (folders.get(name) ?? []).sort(byPath)));
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

/** How many folders all pictures are in; the innermost one counts as a class, not as shared. */
function sharedDepth(pictures: readonly NamedFile[]): number {
  const paths = pictures.map(({ path }) => path.split('/').slice(0, -1));
  const [first = []] = paths;
  const isShared = (depth: number) =>
    paths.every((folders) => folders.length > depth + 1 && folders[depth] === first[depth]);
  let depth = 0;
  while (depth < first.length && isShared(depth)) depth++;
  return depth;
}

function inTurns(folders: readonly (readonly NamedFile[])[]): { file: NamedFile; label: number }[] {
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
  const seen = files.slice(0, 5).map(({ path }) => `'${path}'`);
  const found =
    files.length === 0 ? 'nothing' : `${files.length} files: ${seen.join(', ')}${files.length > 5 ? ', …' : ''}`;
  return new HwgqError(
    'data-format',
    `This is no data set (found ${found}). A folder with a folder of pictures for each class, a Caffe list (val.txt) ` +
      'beside its pictures, MNIST’s idx files, or a pack (test.images, test.offsets.u32, test.labels.u8) is accepted.',
  );
}
