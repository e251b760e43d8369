import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PNG } from 'pngjs';
import { HwgqError, messageOf } from '../errors.ts';
import type { Picture } from '../image/picture.ts';

const require = createRequire(import.meta.url);

/**
 * Decodes a PNG, JPEG or WebP picture, which it recognizes by the first bytes. JPEGs are rotated according to their
 * EXIF orientation. Colour profiles and PNG's colour chunks are ignored.
 * @param name the name of the file in messages.
 * @throws HwgqError `invalid-image`.
 */
export async function decodePicture(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Picture> {
  const starts = (...magic: number[]) => magic.every((byte, index) => bytes[index] === byte);
  try {
    if (starts(0x89, 0x50, 0x4e, 0x47)) return decodePng(bytes);
    if (starts(0xff, 0xd8)) return await decodeJpeg(bytes);
    if (starts(0x52, 0x49, 0x46, 0x46)) return await decodeWebp(bytes);
  } catch (error) {
    const reason = messageOf(error);
    throw new HwgqError(
      'invalid-image',
      `'${name}' cannot be decoded: ${reason.replace(/\.$/, '')}. Save the picture again, or leave it out.`,
      {},
      { cause: error },
    );
  }
  throw new HwgqError('invalid-image', `'${name}' is not a PNG, JPEG or WebP picture. Save it as one of them.`);
}

function decodePng(bytes: Uint8Array<ArrayBuffer>): Picture {
  // The header's bit depth; the header is always the first chunk.
  const isDeep = bytes[24] === 16;
  try {
    const { width, height, data } = PNG.sync.read(Buffer.from(bytes), { skipRescale: isDeep });
    return { width, height, data: isDeep ? highBytes(data) : data };
  } catch (error) {
    // The decoder's message for input that ends too early.
    const isTruncated = error instanceof Error && error.message.includes('read requests');
    throw isTruncated ? new Error('it is truncated', { cause: error }) : error;
  }
}

/** Returns the high bytes of 16-bit samples, which libpng, and with it OpenCV and Chromium, use as 8-bit samples. */
function highBytes(samples: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(samples.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = (samples[index] as number) >> 8;
  return bytes;
}

async function decodeJpeg(bytes: Uint8Array<ArrayBuffer>): Promise<Picture> {
  const { default: decode, init } = await import('@jsquash/jpeg/decode.js');
  const warnings: string[] = [];
  const printErr = (warning: string) => warnings.push(warning);
  // The package's types lack the first of the two parameters.
  const start = init as (module: WebAssembly.Module, options: { printErr: typeof printErr }) => Promise<void>;
  await start(await compileDecoder('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'), { printErr });
  const picture = await decode(bytes.buffer, { preserveOrientation: true }).catch(() => undefined);
  // The decoder fills a truncated picture with gray. It is rejected, as in the other formats.
  const isTruncated = warnings.some((warning) => warning.startsWith('Premature end'));
  if (picture && !isTruncated) return picture;
  throw new Error(warnings[0] ?? 'it is damaged');
}

async function decodeWebp(bytes: Uint8Array<ArrayBuffer>): Promise<Picture> {
  const { default: decode, init } = await import('@jsquash/webp/decode.js');
  await init(await compileDecoder('@jsquash/webp/codec/dec/webp_dec.wasm'));
  return decode(bytes.buffer);
}

/**
 * Compiles a decoder. The decoders would fetch their WebAssembly module by URL, which does not work with files in Node. They
 * also create ImageData, which Node does not have.
 */
function compileDecoder(path: string): Promise<WebAssembly.Module> {
  globalThis.ImageData ??= NodeImageData as unknown as typeof ImageData;
  const known = modules.get(path);
  if (known) return known;
  const module = readFile(require.resolve(path)).then((bytes) => WebAssembly.compile(bytes));
  modules.set(path, module);
  return module;
}

/** Compiled decoders by path. Compiling one takes longer than decoding a small picture. */
const modules = new Map<string, Promise<WebAssembly.Module>>();

class NodeImageData {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}
