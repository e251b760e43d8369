import { inflateRawSync } from 'node:zlib';
import { messageOf } from '../../errors.ts';
import type { Picture } from '../../image/picture.ts';
import { type Orientation, readOrientation } from './orientation.ts';
import { crc32 } from './png-checksum.ts';

/** The header of a PNG file. */
interface Header {
  readonly width: number;
  readonly height: number;
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly kind: Kind;
  readonly isInterlaced: boolean;
}

/** The chunks that determine the samples of a picture. */
interface PngFile extends Header {
  readonly palette: Uint8Array;
  /** The chunk tRNS: alpha by palette index, or the gray or colour that is transparent. */
  readonly transparency: Uint8Array | undefined;
  readonly orientation: Orientation;
  readonly data: Uint8Array;
}

/** The samples of a pixel, by the colour type of the header. */
type Kind = 'gray' | 'rgb' | 'palette' | 'gray and alpha' | 'rgba';

const KINDS: Readonly<Record<number, Kind>> = { 0: 'gray', 2: 'rgb', 3: 'palette', 4: 'gray and alpha', 6: 'rgba' };
const SAMPLES: Readonly<Record<Kind, number>> = { gray: 1, rgb: 3, palette: 1, 'gray and alpha': 2, rgba: 4 };
const DEPTHS: Readonly<Record<Kind, readonly number[]>> = {
  gray: [1, 2, 4, 8, 16],
  rgb: [8, 16],
  palette: [1, 2, 4, 8],
  'gray and alpha': [8, 16],
  rgba: [8, 16],
};

/** Pixels of a picture that are stored together: all of them, or one of the seven passes of an interlaced file. */
interface Pass {
  readonly left: number;
  readonly top: number;
  readonly stepX: number;
  readonly stepY: number;
}

const WHOLE: readonly Pass[] = [{ left: 0, top: 0, stepX: 1, stepY: 1 }];
const ADAM7: readonly Pass[] = [
  { left: 0, top: 0, stepX: 8, stepY: 8 },
  { left: 4, top: 0, stepX: 8, stepY: 8 },
  { left: 0, top: 4, stepX: 4, stepY: 8 },
  { left: 2, top: 0, stepX: 4, stepY: 4 },
  { left: 0, top: 2, stepX: 2, stepY: 4 },
  { left: 1, top: 0, stepX: 2, stepY: 2 },
  { left: 0, top: 1, stepX: 1, stepY: 2 },
];

const SIGNATURE_BYTES = 8;
const ZLIB_HEADER_BYTES = 2;
/** The chunks that matter for the samples. Those in lower case are ignored if their checksum is wrong. */
const USED = ['IHDR', 'PLTE', 'IDAT', 'tRNS', 'eXIf'];
/** Bytes that a file may contain in addition to its rows. */
const MAX_SURPLUS = 65536;

/**
 * Decodes a PNG file: all colour types and depths, interlaced or not. Of 16-bit samples it uses the high byte. Chunks about
 * colour spaces are ignored. Of an animation it decodes the picture that programs without animations show.
 * @returns the picture, and its orientation from the chunk eXIf.
 * @throws Error if the file is cut short or damaged.
 */
export function decodePng(bytes: Uint8Array): { picture: Picture; orientation: Orientation } {
  const file = readChunks(bytes);
  const passes = (file.isInterlaced ? ADAM7 : WHOLE)
    .map((pass) => ({ ...pass, ...passSize(pass, file) }))
    .filter(({ width, height }) => width > 0 && height > 0);
  const bitsPerPixel = SAMPLES[file.kind] * file.depth;
  const rowBytes = (width: number) => Math.ceil((width * bitsPerPixel) / 8);
  const length = passes.reduce((sum, { width, height }) => sum + height * (1 + rowBytes(width)), 0);
  const rows = inflate(file.data, length);
  const data = new Uint8Array(file.width * file.height * 4);
  const toPixels = pixelConverter(file);
  let offset = 0;
  for (const { left, top, stepX, stepY, width, height } of passes) {
    const size = rowBytes(width);
    let previous: Uint8Array = new Uint8Array(size);
    for (let y = 0; y < height; y++) {
      const row = rows.subarray(offset + 1, offset + 1 + size);
      removeFilter(rows[offset] as number, row, previous, Math.max(1, bitsPerPixel >> 3));
      toPixels(row, width, data, ((top + y * stepY) * file.width + left) * 4, stepX * 4);
      previous = row;
      offset += 1 + size;
    }
  }
  return { picture: { width: file.width, height: file.height, data }, orientation: file.orientation };
}

function passSize({ left, top, stepX, stepY }: Pass, { width, height }: Header) {
  return { width: Math.ceil((width - left) / stepX), height: Math.ceil((height - top) / stepY) };
}

function readChunks(bytes: Uint8Array): PngFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: Header | undefined;
  let palette: Uint8Array = new Uint8Array();
  let transparency: Uint8Array | undefined;
  let orientation: Orientation = 1;
  const data: Uint8Array[] = [];
  let offset = SIGNATURE_BYTES;
  for (;;) {
    // A file without its end is cut short. Bytes after the end are ignored.
    if (offset + 12 > bytes.length) throw new Error('it is truncated');
    const length = view.getUint32(offset);
    const end = offset + 8 + length;
    if (end + 4 > bytes.length) throw new Error('it is truncated');
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    const content = bytes.subarray(offset + 8, end);
    if (type === 'IEND') break;
    offset = end + 4;
    if (!USED.includes(type)) {
      if (/^[A-Z]/.test(type)) throw new Error(`it needs the unknown chunk ${type}`);
      continue;
    }
    if (crc32(bytes.subarray(end - length - 4, end)) !== view.getUint32(end)) {
      if (!/^[A-Z]/.test(type)) continue;
      throw new Error(`the checksum of its chunk ${type} is wrong`);
    }
    if (type === 'IHDR') header ??= readHeader(content);
    else if (!header) throw new Error('it does not begin with its header');
    else if (type === 'IDAT') data.push(content);
    else if (type === 'tRNS') transparency = content;
    else if (type === 'eXIf') {
      if (data.length === 0) orientation = readOrientation(content);
    } else if (palette.length > 0) throw new Error('it has two palettes');
    else palette = content;
  }
  if (!header) throw new Error('its header is missing or damaged');
  if (data.length === 0) throw new Error('it is truncated');
  if (header.kind === 'palette' && palette.length < 3) throw new Error('its palette is missing');
  return { ...header, palette, transparency, orientation, data: Buffer.concat(data) };
}

function readHeader(content: Uint8Array): Header {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (content.length !== 13) throw new Error('its header is damaged');
  const [depth = 0, type = 0, compression, filter, interlacing] = content.subarray(8);
  const kind = KINDS[type];
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  if (!kind || !DEPTHS[kind].includes(depth)) {
    throw new Error(`it has ${depth} bits per sample of colour type ${type}, which PNG does not have`);
  }
  if (compression !== 0 || filter !== 0 || interlacing === undefined || interlacing > 1) {
    throw new Error('its header is damaged');
  }
  if (width === 0 || height === 0) throw new Error('its size is 0');
  return { width, height, depth, kind, isInterlaced: interlacing === 1 };
}

/**
 * Inflates the rows of a picture. As in browsers, their checksum is not compared, and there may be more of them.
 * @throws Error if there are fewer bytes than the header requires.
 */
function inflate(data: Uint8Array, length: number): Uint8Array {
  let rows: Uint8Array;
  try {
    rows = inflateRawSync(data.subarray(ZLIB_HEADER_BYTES), { maxOutputLength: length + MAX_SURPLUS });
  } catch (error) {
    const isCut = messageOf(error) === 'unexpected end of file';
    throw new Error(isCut ? 'it is truncated' : 'its data are damaged', { cause: error });
  }
  if (rows.length < length) throw new Error('it is truncated');
  return rows;
}

/** Restores a row of bytes. @param previous the row above. @param distance bytes from a pixel to the next one. */
function removeFilter(filter: number, row: Uint8Array, previous: Uint8Array, distance: number): void {
  const { length } = row;
  switch (filter) {
    case 0:
      return;
    case 1:
      for (let i = distance; i < length; i++) row[i] = (row[i] as number) + (row[i - distance] as number);
      return;
    case 2:
      for (let i = 0; i < length; i++) row[i] = (row[i] as number) + (previous[i] as number);
      return;
    case 3:
      for (let i = 0; i < length; i++) {
        const left = i < distance ? 0 : (row[i - distance] as number);
        row[i] = (row[i] as number) + ((left + (previous[i] as number)) >> 1);
      }
      return;
    case 4:
      for (let i = 0; i < length; i++) {
        const left = i < distance ? 0 : (row[i - distance] as number);
        const corner = i < distance ? 0 : (previous[i - distance] as number);
        row[i] = (row[i] as number) + paeth(left, previous[i] as number, corner);
      }
      return;
    default:
      throw new Error(`a row has the unknown filter ${filter}`);
  }
}

function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/** Converts a row of samples to RGBA. @param step bytes from a pixel of the target to the next one. */
type PixelConverter = (row: Uint8Array, width: number, target: Uint8Array, start: number, step: number) => void;

function pixelConverter({ kind, depth, palette, transparency }: PngFile): PixelConverter {
  const samples = SAMPLES[kind];
  // The number of bytes per sample, for depths of whole bytes. The first is the high one.
  const size = depth >> 3;
  if (kind === 'palette') {
    const colours = paletteColours(palette, transparency);
    return (row, width, target, start, step) => {
      for (let x = 0, to = start; x < width; x++, to += step) {
        const from = 4 * sampleAt(row, x, depth);
        for (let channel = 0; channel < 4; channel++) target[to + channel] = colours[from + channel] as number;
      }
    };
  }
  if (kind === 'gray' && depth < 8) {
    const [, key = -1] = transparency ?? [];
    const scale = 255 / (2 ** depth - 1);
    return (row, width, target, start, step) => {
      for (let x = 0, to = start; x < width; x++, to += step) {
        const sample = sampleAt(row, x, depth);
        target.fill(sample * scale, to, to + 3);
        target[to + 3] = sample === key ? 0 : 255;
      }
    };
  }
  const [green, blue] = samples >= 3 ? [size, 2 * size] : [0, 0];
  const alpha = samples % 2 === 0 ? (samples - 1) * size : -1;
  const key = alpha < 0 && transparency ? keySamples(transparency, samples, size) : undefined;
  return (row, width, target, start, step) => {
    for (let x = 0, to = start, from = 0; x < width; x++, to += step, from += samples * size) {
      target[to] = row[from] as number;
      target[to + 1] = row[from + green] as number;
      target[to + 2] = row[from + blue] as number;
      if (alpha >= 0) target[to + 3] = row[from + alpha] as number;
      else target[to + 3] = key?.every((byte, index) => byte === row[from + index]) ? 0 : 255;
    }
  };
}

/** Returns a sample of at most 8 bits. */
function sampleAt(row: Uint8Array, index: number, depth: number): number {
  const bit = index * depth;
  return ((row[bit >> 3] as number) >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}

/** Returns the RGBA colours of all 256 indices. As in Chromium, those beyond the palette have its last colour. */
function paletteColours(palette: Uint8Array, transparency: Uint8Array | undefined): Uint8Array {
  const last = Math.floor(palette.length / 3) - 1;
  return Uint8Array.from({ length: 1024 }, (_, position) => {
    const [index, channel] = [Math.min(position >> 2, last), position & 3];
    return (channel === 3 ? transparency?.[index] : palette[3 * index + channel]) ?? 255;
  });
}

/** Returns the transparent colour as the bytes of a pixel: tRNS has 16 bits per sample. */
function keySamples(transparency: Uint8Array, samples: number, size: number): Uint8Array {
  return Uint8Array.from({ length: samples * size }, (_, index) => {
    const sample = Math.floor(index / size);
    return transparency[2 * sample + (size === 1 ? 1 : index % 2)] ?? 0;
  });
}
