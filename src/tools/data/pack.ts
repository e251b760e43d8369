import { HwgqError } from '../../errors.ts';
import type { DataSet } from './data-set.ts';
import { baseName, type NamedFile, textOf } from './named-file.ts';

/** A part of a pack: concatenated encoded pictures, their offsets and their labels. */
interface Pack {
  readonly images: NamedFile;
  readonly offsets: NamedFile;
  readonly labels: NamedFile;
}

const OFFSET_BYTES = 4;

/** Finds the packs, by split. */
export function findPacks(files: readonly NamedFile[]): Map<string, Pack> {
  const packs = new Map<string, Pack>();
  for (const images of files) {
    if (!images.path.endsWith('.images')) continue;
    const stem = images.path.slice(0, -'.images'.length);
    const offsets = files.find(({ path }) => path === `${stem}.offsets.u32`);
    const labels = files.find(({ path }) => path === `${stem}.labels.u8`);
    if (offsets && labels) packs.set(baseName(stem), { images, offsets, labels });
  }
  return packs;
}

/**
 * Opens a pack. `images` contains n concatenated files, `offsets` n + 1 little-endian u32, and `labels` n bytes, which are
 * indices into the names in `classes.json`.
 * @throws HwgqError `data-format` if a file is damaged.
 */
export async function openPack(files: readonly NamedFile[], { images, offsets, labels }: Pack): Promise<DataSet> {
  const labelOf = await labels.bytes();
  const startOf = await readOffsets(offsets, labelOf.length, await images.size());
  const classes = await readClasses(files);
  const largest = labelOf.reduce((most, label) => Math.max(most, label), 0);
  if (classes && largest >= classes.length) {
    throw damaged(labels, `contains the label ${largest}, and classes.json has ${classes.length} names`);
  }
  return {
    format: 'pack',
    length: labelOf.length,
    ...(classes && { classes }),
    label: (index) => labelOf[index] as number,
    name: (index) => `${baseName(images.path)}[${index}]`,
    read: async (index) => ({
      name: `${images.path}[${index}]`,
      bytes: await images.bytes(startOf[index], startOf[index + 1]),
    }),
  };
}

async function readOffsets(file: NamedFile, count: number, end: number): Promise<Uint32Array> {
  const bytes = await file.bytes();
  if (bytes.length !== (count + 1) * OFFSET_BYTES) {
    throw damaged(file, `has ${bytes.length} bytes; ${count} labels need ${(count + 1) * OFFSET_BYTES}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offsets = Uint32Array.from({ length: count + 1 }, (_, index) => view.getUint32(index * OFFSET_BYTES, true));
  const isSorted = offsets.every((offset, index) => index === 0 || offset >= (offsets[index - 1] as number));
  if (isSorted && (offsets.at(-1) as number) <= end) return offsets;
  throw damaged(file, `contains offsets that decrease or exceed the ${end} bytes of pictures`);
}

async function readClasses(files: readonly NamedFile[]): Promise<readonly string[] | undefined> {
  const file = files.find(({ path }) => baseName(path) === 'classes.json');
  if (!file) return undefined;
  const text = await textOf(file);
  try {
    const names: unknown = JSON.parse(text);
    if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  } catch {
    // Reported below, like JSON that is not a list of names.
  }
  throw damaged(file, 'is not a JSON list of names');
}

function damaged({ path }: NamedFile, what: string): HwgqError {
  return new HwgqError('data-format', `'${path}' ${what}. Download the data set again.`, { file: path });
}
