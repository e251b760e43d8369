import { zlibSync } from 'fflate';

/** Samples per pixel by PNG colour type: gray, RGB, palette index, gray and alpha, RGBA. */
const SAMPLES = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

export interface PngPicture {
  readonly width: number;
  readonly height: number;
  readonly colourType: keyof typeof SAMPLES;
  /** Samples row by row; those of 16 bits with the high byte first. */
  readonly samples: Uint8Array;
  /** Bits per sample. Default: 8. */
  readonly depth?: 8 | 16;
  /** Red, green, and blue of each palette entry, and the alphas. */
  readonly palette?: { readonly colours: Uint8Array; readonly alphas?: Uint8Array };
  /** Additional chunks before the palette and the pixels. */
  readonly chunks?: readonly PngChunk[];
}

export interface PngChunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** Encodes a PNG without filters. */
export function png({
  width,
  height,
  colourType,
  samples,
  depth = 8,
  palette,
  chunks = [],
}: PngPicture): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([depth, colourType], 8);
  const rowLength = (width * SAMPLES[colourType] * depth) / 8;
  const rows = new Uint8Array(height * (rowLength + 1));
  for (let row = 0; row < height; row++) {
    rows.set(samples.subarray(row * rowLength, (row + 1) * rowLength), row * (rowLength + 1) + 1);
  }
  const encoded = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    chunk('IHDR', header),
    ...chunks.map(({ type, data }) => chunk(type, data)),
    ...(palette ? [chunk('PLTE', palette.colours)] : []),
    ...(palette?.alphas ? [chunk('tRNS', palette.alphas)] : []),
    chunk('IDAT', zlibSync(rows)),
    chunk('IEND', new Uint8Array()),
  ];
  return Uint8Array.from(encoded.flatMap((bytes) => Array.from(bytes)));
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const made = new Uint8Array(data.length + 12);
  const view = new DataView(made.buffer);
  view.setUint32(0, data.length);
  made.set(new TextEncoder().encode(type), 4);
  made.set(data, 8);
  view.setUint32(data.length + 8, crc32(made.subarray(4, data.length + 8)));
  return made;
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
