import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Picture, Size } from '../../image/picture.ts';

/** A chunk of a RIFF file. */
interface Chunk {
  readonly type: string;
  readonly content: Uint8Array;
  /** The header, the content and the padding. */
  readonly whole: Uint8Array;
}

/** A frame of an animation, as a file of its own. */
interface FirstFrame {
  readonly left: number;
  readonly top: number;
  readonly file: Uint8Array<ArrayBuffer>;
}

const RIFF_HEADER = 12;
const CHUNK_HEADER = 8;
const FRAME_HEADER = 16;
const ALPHA_FLAG = 0x10;

const require = createRequire(import.meta.url);
let decoder: Promise<(file: ArrayBuffer) => Promise<Picture>> | undefined;

/**
 * Decodes a WebP file, lossy or lossless. Of an animation it decodes the first frame, on a transparent canvas. EXIF data are
 * ignored, as in browsers.
 * @throws Error if the file is cut short or damaged.
 */
export async function decodeWebp(bytes: Uint8Array): Promise<Picture> {
  decoder ??= loadDecoder();
  const decode = await decoder;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = CHUNK_HEADER + view.getUint32(4, true);
  if (length > bytes.length) throw new Error('it is truncated');
  const file = Uint8Array.from(bytes.subarray(0, length));
  const animated = readChunks(file, RIFF_HEADER).find(({ type }) => type === 'ANMF');
  if (!animated) return decode(file.buffer);
  const canvas = { width: 1 + triple(file, 24), height: 1 + triple(file, 27) };
  const frame = firstFrame(animated, canvas);
  return onCanvas(await decode(frame.file.buffer), frame, canvas);
}

async function loadDecoder() {
  const { default: decode, init } = await import('@jsquash/webp/decode.js');
  // The package would fetch its WebAssembly module by URL, which does not work with files in Node.
  await init(await WebAssembly.compile(await readFile(require.resolve('@jsquash/webp/codec/dec/webp_dec.wasm'))));
  return decode;
}

/** Reads the chunks from a position on. @throws Error if the last one is cut short. */
function readChunks(bytes: Uint8Array, start: number): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let offset = start; offset + CHUNK_HEADER <= bytes.length; ) {
    const length = view.getUint32(offset + 4, true);
    const end = offset + CHUNK_HEADER + length;
    const content = bytes.subarray(offset + CHUNK_HEADER, end);
    const type = String.fromCharCode(...bytes.subarray(offset, offset + 4));
    if (content.length < length) throw new Error('it is truncated');
    chunks.push({ type, content, whole: bytes.subarray(offset, end + (length & 1)) });
    offset = end + (length & 1);
  }
  return chunks;
}

/** @throws Error if the frame is damaged or does not fit the canvas. */
function firstFrame({ content }: Chunk, canvas: Size): FirstFrame {
  const [left, top] = [2 * triple(content, 0), 2 * triple(content, 3)];
  const [width, height] = [1 + triple(content, 6), 1 + triple(content, 9)];
  if (content.length < FRAME_HEADER || left + width > canvas.width || top + height > canvas.height) {
    throw new Error('its first frame is damaged');
  }
  const inside = readChunks(content, FRAME_HEADER).filter(({ type }) => /^(ALPH|VP8[ L])$/.test(type));
  const flags = inside.some(({ type }) => type !== 'VP8 ') ? ALPHA_FLAG : 0;
  const header = chunkOf('VP8X', Uint8Array.of(flags, 0, 0, 0, ...content.subarray(6, 12)));
  const body = [new TextEncoder().encode('WEBP'), header, ...inside.map(({ whole }) => whole)];
  return { left, top, file: Uint8Array.from(chunkOf('RIFF', Buffer.concat(body))) };
}

function chunkOf(type: string, content: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(CHUNK_HEADER + content.length);
  chunk.set(new TextEncoder().encode(type));
  new DataView(chunk.buffer).setUint32(4, content.length, true);
  chunk.set(content, CHUNK_HEADER);
  return chunk;
}

/** Places a frame on a transparent canvas. */
function onCanvas(frame: Picture, { left, top }: FirstFrame, { width, height }: Size): Picture {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < frame.height; y++) {
    const row = frame.data.subarray(y * frame.width * 4, (y + 1) * frame.width * 4);
    data.set(row, ((top + y) * width + left) * 4);
  }
  return { width, height, data };
}

function triple(bytes: Uint8Array, offset: number): number {
  const [low = 0, middle = 0, high = 0] = bytes.subarray(offset);
  return low | (middle << 8) | (high << 16);
}
