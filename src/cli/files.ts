import { readFile } from 'node:fs/promises';
import { HwgqError } from '../errors.ts';
import { decodeModel } from '../model/decode.ts';
import type { Model } from '../model/model.ts';

/** A file's bytes in a buffer of their own. */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await readFile(path);
    // Small files come from a pool that others use too.
    return bytes.buffer.byteLength === bytes.length
      ? new Uint8Array(bytes.buffer as ArrayBuffer)
      : Uint8Array.from(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HwgqError('invalid-option', `'${path}' cannot be read: ${reason}. Check the path.`, {}, { cause: error });
  }
}

/** A `.hwgq` file's model. */
export async function readModel(path: string): Promise<Model> {
  const bytes = await readBytes(path);
  try {
    return decodeModel(bytes);
  } catch (error) {
    if (error instanceof HwgqError) throw new HwgqError(error.code, `${path}: ${error.message}`, error.details);
    throw error;
  }
}
