import { randomBytes } from 'node:crypto';
import { type FileHandle, lstat, open, rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { HwgqError } from '../errors.ts';
import { refuseFile } from '../node/read-file.ts';

/**
 * Writes a file atomically: writes a new file with a random name in the same folder, and renames it when it is complete.
 * Pipes and devices are written directly.
 * @throws HwgqError `file` if it cannot be written or is a link to a file; the errors of `write`.
 */
export async function writeAtomically(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  const isRegular = existing?.isFile() ?? true;
  if (isRegular) await refuseLink(path);
  const target = isRegular ? `${path}.${randomBytes(8).toString('hex')}.part` : path;
  const file = await open(target, isRegular ? 'wx' : 'w').catch((error: unknown) => refuseFile(path, 'written', error));
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

/**
 * Checks, before any work, that a command's outputs are different files and none of its inputs.
 * @param outputs paths to write; undefined for options that were not given.
 * @throws HwgqError `invalid-option`, naming the path.
 */
export async function expectNewFiles(
  outputs: readonly (string | undefined)[],
  inputs: readonly (string | undefined)[] = [],
): Promise<void> {
  const taken = new Map<string, string>();
  for (const input of inputs) {
    for (const identity of input === undefined ? [] : await identitiesOf(input)) taken.set(identity, 'an input');
  }
  for (const output of outputs) {
    if (output === undefined || (await isStreamed(output))) continue;
    for (const identity of await identitiesOf(output)) {
      const role = taken.get(identity);
      if (role !== undefined) {
        throw new HwgqError('invalid-option', `The output '${output}' is also ${role}. Pass another path.`, {
          file: output,
        });
      }
      taken.set(identity, 'another output');
    }
  }
}

/** Returns what identifies a file: its absolute path and, if it exists, its place on the disk. */
async function identitiesOf(path: string): Promise<Set<string>> {
  const found = await stat(path).catch(() => undefined);
  return new Set([resolve(path), ...(found ? [`${found.dev}:${found.ino}`] : [])]);
}

async function isStreamed(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

async function refuseLink(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isSymbolicLink()) return;
  throw new HwgqError('file', `'${path}' is a link. Pass the path of the file that it leads to, or remove the link.`, {
    file: path,
  });
}
