import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { refuseFile } from '../node/read-file.ts';

/**
 * Writes a file that is there as a whole or not at all: under another name first, unless it is a pipe or a device.
 * @throws HwgqError `file`, and what `write` throws.
 */
export async function writeWhole(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  const isPlain = there?.isFile() ?? true;
  const place = isPlain ? `${path}.part` : path;
  const file = await open(place, 'w').catch((error: unknown) => refuseFile(path, 'written', error));
  try {
    await write(file);
    await file.close();
    if (isPlain) await rename(place, path).catch((error: unknown) => refuseFile(path, 'written', error));
  } catch (error) {
    await file.close();
    if (isPlain) await rm(place, { force: true });
    throw error;
  }
}
