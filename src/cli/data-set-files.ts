import { open, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { refuseFile } from '../node/read-file.ts';
import type { NamedFile } from '../tools/data/named-file.ts';
import { walkFolder } from './walk-folder.ts';

/**
 * Lists the files of a data set on disk: those in a folder and its subfolders, or those beside a Caffe list. Other
 * lists in the folder of a Caffe list are ignored.
 * @throws HwgqError `file` if the path does not exist.
 */
export async function dataSetFiles(path: string): Promise<NamedFile[]> {
  const found = await stat(path).catch((error: unknown) => refuseFile(path, 'read', error));
  const folder = found.isDirectory() ? path : dirname(path);
  const files = await walkFolder(folder);
  return files
    .filter((name) => found.isDirectory() || name === basename(path) || !name.endsWith('.txt'))
    .map((name) => fileOnDisk(join(folder, name), name.split(sep).join('/')));
}

function fileOnDisk(location: string, path: string): NamedFile {
  return {
    path,
    size: async () => (await stat(location).catch((error: unknown) => refuseFile(location, 'read', error))).size,
    bytes: async (start, end) => {
      try {
        return start === undefined && end === undefined
          ? Uint8Array.from(await readFile(location))
          : await readRange(location, start ?? 0, end);
      } catch (error) {
        return refuseFile(location, 'read', error);
      }
    },
  };
}

async function readRange(location: string, start: number, end: number | undefined): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(location);
  try {
    const last = Math.min(end ?? Number.POSITIVE_INFINITY, (await file.stat()).size);
    const bytes = new Uint8Array(Math.max(0, last - start));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
