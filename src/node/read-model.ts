import { fileURLToPath } from 'node:url';
import { HwgqError, withFileName } from '../errors.ts';
import { decodeModel } from '../model/decode.ts';
import type { Model } from '../model/model.ts';
import { readBytes } from './read-file.ts';

/** A file: its path, its `file:` URL, or its bytes. */
export type FileSource = string | URL | Uint8Array;

/** A decoded model and the size of its file. */
export interface ReadModel {
  readonly model: Model;
  /** The size of the `.hwgq` file, in bytes. */
  readonly bytes: number;
}

/**
 * Reads and decodes a `.hwgq` file.
 * @throws HwgqError `file`, `invalid-option` or `model-format`.
 */
export async function readModel(source: FileSource): Promise<ReadModel> {
  const { name, bytes } = await readSource(source);
  const model = name === undefined ? decodeModel(bytes) : withFileName(name, () => decodeModel(bytes));
  return { model, bytes: bytes.length };
}

/**
 * Returns the bytes of a file, and its path if it was given by one.
 * @throws HwgqError `file` if it cannot be read, `invalid-option` for a URL that is not a `file:` URL, and for
 *   other values.
 */
export async function readSource(source: FileSource): Promise<{ name?: string; bytes: Uint8Array }> {
  if (source instanceof Uint8Array) return { bytes: source };
  if (source instanceof URL && source.protocol !== 'file:') {
    throw new HwgqError('invalid-option', `'${source}' is not a file: URL. Fetch it and pass its bytes.`);
  }
  if (typeof source !== 'string' && !(source instanceof URL)) {
    throw new HwgqError(
      'invalid-option',
      `${describe(source)} is not a file. Pass its path, its file: URL or its bytes.`,
    );
  }
  const name = source instanceof URL ? fileURLToPath(source) : source;
  return { name, bytes: await readBytes(name) };
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value);
}
