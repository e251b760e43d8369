import { readFile } from 'node:fs/promises';
import { HwgqError, messageOf } from '../errors.ts';

/**
 * Reads a file into its own buffer.
 * @throws HwgqError `file`.
 */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readFile(path).catch((error: unknown) => refuseFile(path, 'read', error));
  // Node reads small files into a shared pool.
  return bytes.buffer.byteLength === bytes.length
    ? new Uint8Array(bytes.buffer as ArrayBuffer)
    : Uint8Array.from(bytes);
}

/** Reports a file that cannot be read or written. @throws HwgqError `file`, always. */
export function refuseFile(path: string, verb: 'read' | 'written', cause: unknown): never {
  const reason = messageOf(cause).replace(/, \w+( '.*')?$/, '');
  throw new HwgqError('file', `'${path}' cannot be ${verb}: ${reason}. Check the path.`, { file: path }, { cause });
}
