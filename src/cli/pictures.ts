import { readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { PNG } from 'pngjs';
import { HwgqError } from '../errors.ts';
import type { Picture } from '../image/preprocessing.ts';

const EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp'];
const require = createRequire(import.meta.url);

/**
 * Decodes a PNG, JPEG (turned upright as its EXIF says) or WebP, told apart by their first bytes.
 * @throws HwgqError `invalid-image` naming the file.
 */
export async function decodePicture(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Picture> {
  const starts = (...magic: number[]) => magic.every((byte, index) => bytes[index] === byte);
  try {
    if (starts(0x89, 0x50, 0x4e, 0x47)) return PNG.sync.read(Buffer.from(bytes));
    if (starts(0xff, 0xd8)) return await decodeJpeg(bytes);
    if (starts(0x52, 0x49, 0x46, 0x46)) return await decodeWebp(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HwgqError('invalid-image', `'${name}' cannot be decoded: ${reason}.`, {}, { cause: error });
  }
  throw new HwgqError('invalid-image', `'${name}' is no PNG, JPEG or WebP picture.`);
}

async function decodeJpeg(bytes: Uint8Array<ArrayBuffer>): Promise<Picture> {
  const { default: decode, init } = await import('@jsquash/jpeg/decode.js');
  await init(await compiled('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'));
  return decode(bytes.buffer, { preserveOrientation: true });
}

async function decodeWebp(bytes: Uint8Array<ArrayBuffer>): Promise<Picture> {
  const { default: decode, init } = await import('@jsquash/webp/decode.js');
  await init(await compiled('@jsquash/webp/codec/dec/webp_dec.wasm'));
  return decode(bytes.buffer);
}

/** The decoders would fetch their WASM by address, which Node does not do for files; they also make ImageData. */
async function compiled(path: string): Promise<WebAssembly.Module> {
  globalThis.ImageData ??= NodeImageData as unknown as typeof ImageData;
  return WebAssembly.compile(await readFile(require.resolve(path)));
}

class NodeImageData {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}

/** Pictures by path; folders stand for all pictures in them, sorted. */
export async function listPictures(paths: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(
    paths.map(async (path) => {
      const found = await stat(path).catch(() => undefined);
      if (!found) throw new HwgqError('invalid-option', `There is no '${path}'. Check the path.`);
      if (!found.isDirectory()) return [path];
      const inside = await readdir(path, { recursive: true });
      return inside
        .filter((file) => EXTENSIONS.includes(extname(file).toLowerCase()))
        .sort()
        .map((file) => join(path, file));
    }),
  );
  return lists.flat();
}
