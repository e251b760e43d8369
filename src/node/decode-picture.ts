import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PNG } from 'pngjs';
import { HwgqError, messageOf } from '../errors.ts';
import type { Picture } from '../image/picture.ts';

const require = createRequire(import.meta.url);

/**
 * Decodes a PNG, JPEG (turned upright as its EXIF says) or WebP, told apart by their first bytes.
 * @throws HwgqError `invalid-image` naming the file.
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
      `'${name}' cannot be decoded: ${reason.replace(/\.$/, '')}. Save it anew, or leave it out.`,
      {},
      { cause: error },
    );
  }
  throw new HwgqError('invalid-image', `'${name}' is no PNG, JPEG or WebP picture. Save it as one of them.`);
}

function decodePng(bytes: Uint8Array<ArrayBuffer>): Picture {
  try {
    return PNG.sync.read(Buffer.from(bytes));
  } catch (error) {
    // How the decoder says that its input ended too early.
    const isCut = error instanceof Error && error.message.includes('read requests');
    throw isCut ? new Error('it is cut short', { cause: error }) : error;
  }
}

async function decodeJpeg(bytes: Uint8Array<ArrayBuffer>): Promise<Picture> {
  const { default: decode, init } = await import('@jsquash/jpeg/decode.js');
  const complaints: string[] = [];
  const printErr = (complaint: string) => complaints.push(complaint);
  // The package's types leave the first of the two arguments out.
  const start = init as (module: WebAssembly.Module, options: { printErr: typeof printErr }) => Promise<void>;
  await start(await compiled('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'), { printErr });
  const picture = await decode(bytes.buffer, { preserveOrientation: true }).catch(() => undefined);
  // What is missing at the end would be gray; a picture cut short is refused, as in the other formats.
  const isCut = complaints.some((complaint) => complaint.startsWith('Premature end'));
  if (picture && !isCut) return picture;
  throw new Error(complaints[0] ?? 'it is damaged');
}

async function decodeWebp(bytes: Uint8Array<ArrayBuffer>): Promise<Picture> {
  const { default: decode, init } = await import('@jsquash/webp/decode.js');
  await init(await compiled('@jsquash/webp/codec/dec/webp_dec.wasm'));
  return decode(bytes.buffer);
}

/** The decoders would fetch their WASM by address, which Node does not do for files; they also make ImageData. */
function compiled(path: string): Promise<WebAssembly.Module> {
  globalThis.ImageData ??= NodeImageData as unknown as typeof ImageData;
  const known = modules.get(path);
  if (known) return known;
  const module = readFile(require.resolve(path)).then((bytes) => WebAssembly.compile(bytes));
  modules.set(path, module);
  return module;
}

/** Decoders by path: compiling one takes longer than decoding a small picture. */
const modules = new Map<string, Promise<WebAssembly.Module>>();

class NodeImageData {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}
