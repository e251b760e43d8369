import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { refuseFile } from '../node/read-file.ts';

/**
 * Writes a file atomically: writes `PATH.part` first and renames it when it is complete. Pipes and devices are written
 * directly.
 * @throws HwgqError `file` if it cannot be written; the errors of `write`.
 */
export async function writeAtomically(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  const isRegular = existing?.isFile() ?? true;
  const target = isRegular ? `${path}.part` : path;
  const file = await open(target, 'w').catch((error: unknown) => refuseFile(path, 'written', error));
  try {
    await write(file);
    await file.close();
    if (isRegular) await rename(target, path).catch((error: unknown) => refuseFile(path, 'written', error));
  } catch (error) {
    await file.close();
    if (isRegular) await rm(target, { force: true });
    throw error;
  }
}

/** Writes a value as a line of JSON, atomically. @throws HwgqError `file` if the file cannot be written. */
export function writeJson(path: string, value: unknown): Promise<void> {
  return writeAtomically(path, (file) => file.writeFile(`${JSON.stringify(value)}\n`));
}
