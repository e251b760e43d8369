import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { refuseFile } from '../node/read-file.ts';
import type { NamedFile } from '../tools/data/named-file.ts';

/**
 * The files of a data set on disk: of a folder, with all folders in it, or of a Caffe list's folder. Of several lists in
 * that folder, only the one that was named is among them.
 * @throws HwgqError `file`.
 */
export async function filesOf(path: string): Promise<NamedFile[]> {
  const found = await stat(path).catch((error: unknown) => refuseFile(path, 'read', error));
  const folder = found.isDirectory() ? path : dirname(path);
  const inside = await readdir(folder, { recursive: true, withFileTypes: true });
  return inside
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length))
    .filter((name) => found.isDirectory() || name === basename(path) || !name.endsWith('.txt'))
    .map((name) => onDisk(join(folder, name), name.split(sep).join('/')));
}

function onDisk(place: string, path: string): NamedFile {
  return {
    path,
    size: async () => (await stat(place).catch((error: unknown) => refuseFile(place, 'read', error))).size,
    bytes: async (start, end) => {
      try {
        return start === undefined && end === undefined
          ? Uint8Array.from(await readFile(place))
          : await readRange(place, start ?? 0, end);
      } catch (error) {
        return refuseFile(place, 'read', error);
      }
    },
  };
}

async function readRange(place: string, start: number, end: number | undefined): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(place);
  try {
    const last = Math.min(end ?? Number.POSITIVE_INFINITY, (await file.stat()).size);
    const bytes = new Uint8Array(Math.max(0, last - start));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
