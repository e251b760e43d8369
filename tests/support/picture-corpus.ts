import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { crc32, deflateSync } from 'node:zlib';
import { colourChunks, withProfile } from './colour-spaces.ts';
import { encodeJpeg, type JpegComponent, type JpegPicture } from './jpeg-encoder.ts';
import { withOrientation } from './jpeg-orientation.ts';
import { randomNumbers } from './small-graph.ts';

/** A picture file, whole or damaged. */
export interface CorpusPicture {
  readonly name: string;
  readonly file: Uint8Array;
  /** The largest accepted difference of a sample between Node and a browser. */
  readonly tolerance: 0 | 2;
}

const require = createRequire(import.meta.url);
let random = randomNumbers(1);

function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

/** Returns more than 300 generated pictures of all kinds that Node decodes. They are the same in every run. */
export async function pictureCorpus(seed: number): Promise<CorpusPicture[]> {
  random = randomNumbers(seed);
  const exact = [...pngs(), ...(await jpegs())].map(([name, file]) => ({ name, file, tolerance: 0 as const }));
  const close = [...cmykJpegs(), ...(await webps())].map(([name, file]) => ({ name, file, tolerance: 2 as const }));
  return [...exact, ...close];
}

type Named = readonly [name: string, file: Uint8Array];

// PNG

interface Png {
  readonly width: number;
  readonly height: number;
  readonly type: 0 | 2 | 3 | 4 | 6;
  readonly depth: number;
  readonly isInterlaced?: boolean;
  /** Chunks before the data. */
  readonly chunks?: readonly Chunk[];
  /** Chunks after the data. */
  readonly later?: readonly Chunk[];
  /** Number of IDAT chunks. */
  readonly parts?: number;
  /** Changes the rows before they are compressed. */
  readonly rows?: (rows: Uint8Array) => Uint8Array;
  /** Changes the compressed data. */
  readonly data?: (data: Uint8Array) => Uint8Array;
}

type Chunk = readonly [type: string, content: Uint8Array];

const SAMPLES = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Encodes random bytes as a PNG. Each row has a random filter, so the samples are random too. */
function png(picture: Png): Uint8Array {
  const { width, height, type, depth, isInterlaced = false, chunks = [], later = [], parts = 1 } = picture;
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([depth, type, 0, 0, Number(isInterlaced)], 8);
  const passes = isInterlaced ? ADAM7 : [[0, 0, 1, 1] as const];
  const rows = passes.flatMap(([left, top, stepX, stepY]) => {
    const [columns, count] = [Math.ceil((width - left) / stepX), Math.ceil((height - top) / stepY)];
    if (columns <= 0 || count <= 0) return [];
    const bytes = Math.ceil((columns * SAMPLES[type] * depth) / 8);
    return Array.from({ length: count }, () => Uint8Array.of(Math.floor(random() * 5), ...noise(bytes)));
  });
  const changed = (picture.rows ?? ((same) => same))(Buffer.concat(rows));
  const data = (picture.data ?? ((same) => same))(deflateSync(changed));
  const part = Math.ceil(data.length / parts);
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    chunk(['IHDR', header]),
    ...chunks.map(chunk),
    ...Array.from({ length: parts }, (_, index) => chunk(['IDAT', data.subarray(index * part, (index + 1) * part)])),
    ...later.map(chunk),
    chunk(['IEND', new Uint8Array()]),
  ]);
}

function chunk([type, content]: Chunk): Uint8Array {
  const made = Buffer.alloc(content.length + 12);
  made.writeUInt32BE(content.length);
  made.write(type, 4);
  made.set(content, 8);
  made.writeUInt32BE(crc32(made.subarray(4, content.length + 8)), content.length + 8);
  return made;
}

/** Returns a copy of a file with some bytes replaced. */
function patched(file: Uint8Array, position: number, ...bytes: number[]): Uint8Array {
  const copy = Uint8Array.from(file);
  copy.set(bytes, position < 0 ? file.length + position : position);
  return copy;
}

function appended(file: Uint8Array, ...bytes: number[]): Uint8Array {
  return Uint8Array.from([...file, ...bytes]);
}

const FORMATS = [
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
] as const;

const PALETTE: Chunk = ['PLTE', noise(768)];
const RGB: Png = { width: 33, height: 20, type: 2, depth: 8 };

/** EXIF data with an orientation. */
function exif(orientation: number): Uint8Array {
  return withOrientation(Uint8Array.of(0, 0), orientation).subarray(12);
}

function pngs(): Named[] {
  const formats = FORMATS.flatMap(([type, depths]) => depths.map((depth) => ({ type, depth })));
  const palette = (type: number, depth: number): Chunk[] => (type === 3 ? [['PLTE', noise(3 * 2 ** depth)]] : []);
  const sizes = [
    [1, 1],
    [7, 5],
    [40, 33],
  ] as const;
  const plain = formats.flatMap(({ type, depth }) =>
    sizes.flatMap(([width, height]) =>
      [false, true].map((isInterlaced): Named => {
        const file = png({ width, height, type, depth, isInterlaced, chunks: palette(type, depth) });
        return [`PNG type ${type}, ${depth} bits, ${width}×${height}${isInterlaced ? ', interlaced' : ''}`, file];
      }),
    ),
  );
  const transparent = formats
    .filter(({ type }) => type === 0 || type === 2 || type === 3)
    .map(({ type, depth }): Named => {
      const key = type === 3 ? noise(2 ** depth - 1) : new Uint8Array(2 * SAMPLES[type]);
      // Few different samples, so that some pixels have the transparent colour.
      const rows = (bytes: Uint8Array) => bytes.map((byte) => (byte < 5 ? byte : byte % 2));
      const chunks: Chunk[] = [...palette(type, depth), ['tRNS', key]];
      return [
        `PNG type ${type}, ${depth} bits, with a transparent colour`,
        png({ width: 31, height: 9, type, depth, rows, chunks }),
      ];
    });
  const upright = Array.from({ length: 9 }, (_, value): Named => {
    return [`PNG with orientation ${value}`, png({ ...RGB, chunks: [['eXIf', exif(value)]] })];
  });
  const colours = Object.entries(colourChunks('rgb')).map(([type, chunks]): Named => {
    return [`PNG with ${type}`, png({ ...RGB, chunks: chunks.map(({ type: name, data }) => [name, data]) })];
  });
  const whole = png(RGB);
  const odd: Named[] = [
    ['PNG with bytes after its end', appended(whole, ...noise(50))],
    ['PNG with a line feed after its end', appended(whole, 10)],
    ['PNG of 5 parts', png({ ...RGB, parts: 5 })],
    ['PNG with more parts than bytes', png({ ...RGB, parts: 5000 })],
    ['PNG with orientation after the data', png({ ...RGB, later: [['eXIf', exif(6)]] })],
    ['PNG with damaged EXIF data', png({ ...RGB, chunks: [['eXIf', Uint8Array.of(1, 2, 3)]] })],
    ['PNG with a text', png({ ...RGB, chunks: [['tEXt', noise(30)]] })],
    ['PNG with a background', png({ ...RGB, chunks: [['bKGD', noise(6)]] })],
    ['PNG with significant bits', png({ ...RGB, chunks: [['sBIT', Uint8Array.of(5, 6, 5)]] })],
    ['PNG with a suggested palette', png({ ...RGB, chunks: [PALETTE] })],
    ['PNG with a short palette', png({ ...RGB, type: 3, chunks: [['PLTE', noise(30)]] })],
    ['PNG without its palette', png({ ...RGB, type: 3 })],
    ['PNG with the alphas of a short palette', png({ ...RGB, type: 3, chunks: [PALETTE, ['tRNS', noise(3)]] })],
    ['PNG with more rows than declared', png({ ...RGB, rows: (rows) => Buffer.concat([rows, noise(500)]) })],
    ['PNG with fewer rows than declared', png({ ...RGB, rows: (rows) => rows.subarray(0, 300) })],
    ['PNG with one row less', png({ ...RGB, rows: (rows) => rows.subarray(0, -100) })],
    ['PNG with one byte less', png({ ...RGB, rows: (rows) => rows.subarray(0, -1) })],
    ['PNG with an unknown filter', png({ ...RGB, rows: (rows) => patched(rows, 0, 7) })],
    [
      'PNG with a wrong checksum of the data',
      png({ ...RGB, data: (data) => patched(data, -1, (data.at(-1) ?? 0) ^ 1) }),
    ],
    ['PNG with damaged data', png({ ...RGB, data: (data) => patched(data, 100, 1, 2, 3, 4, 5) })],
    ['PNG with data cut short', png({ ...RGB, data: (data) => data.subarray(0, -200) })],
    ['PNG with a checksum cut short', png({ ...RGB, data: (data) => data.subarray(0, -2) })],
    ['PNG with data after the checksum', png({ ...RGB, data: (data) => appended(data, 1, 2, 3) })],
    ['PNG with a wrong checksum of a chunk of data', patched(whole, -14, 1)],
    ['PNG with a wrong checksum of its header', patched(whole, 30, 1)],
    ['PNG with a wrong checksum at its end', patched(whole, -2, 1)],
    ['PNG with a wrong checksum of its palette', patched(png({ ...RGB, type: 3, chunks: [PALETTE] }), 50, 1)],
    ['PNG with a wrong checksum of its EXIF data', patched(png({ ...RGB, chunks: [['eXIf', exif(6)]] }), 68, 1)],
    ['PNG with two palettes', png({ ...RGB, type: 3, chunks: [PALETTE, ['PLTE', noise(768)]] })],
    ['PNG with a palette that is too long', png({ ...RGB, type: 3, depth: 2, chunks: [PALETTE] })],
    ['PNG with a palette of 100 bytes', png({ ...RGB, type: 3, depth: 2, chunks: [['PLTE', noise(100)]] })],
    ['gray PNG with a palette', png({ ...RGB, type: 0, chunks: [PALETTE] })],
    ['PNG with a transparent colour and alpha', png({ ...RGB, type: 6, chunks: [['tRNS', noise(6)]] })],
    ['PNG with a short transparent colour', png({ ...RGB, chunks: [['tRNS', noise(2)]] })],
    [
      'PNG with more alphas than colours',
      png({
        ...RGB,
        type: 3,
        depth: 1,
        chunks: [
          ['PLTE', noise(6)],
          ['tRNS', noise(20)],
        ],
      }),
    ],
    ['PNG without an end', whole.subarray(0, -12)],
    ['PNG with half an end', whole.subarray(0, -6)],
    ['PNG of size 0', png({ ...RGB, width: 0, rows: () => new Uint8Array(20) })],
    ['PNG of 3 bits', png({ ...RGB, type: 0, depth: 3 })],
    ['PNG with an unknown important chunk', png({ ...RGB, chunks: [['ABCD', noise(4)]] })],
    ['PNG without data', png({ ...RGB, data: () => new Uint8Array() })],
  ];
  const cut = [20, 33, 45, 300, whole.length - 30].map((length): Named => {
    return [`PNG cut to ${length} bytes`, whole.subarray(0, length)];
  });
  return [...plain, ...transparent, ...upright, ...colours, ...odd, ...cut];
}

// JPEG

/** The segment JFIF. */
const JFIF = [0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]] as const;

function adobe(transform: number) {
  return [0xee, [0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, transform]] as const;
}

function components(...sampling: readonly (readonly [columns: number, rows: number])[]): JpegComponent[] {
  return sampling.map(([columns, rows], index) => ({ id: index + 1, columns, rows }));
}

/** A smooth picture with some noise. */
function sampler(): JpegPicture['sample'] {
  const waves = Array.from({ length: 4 }, () => [random() / 4, random() / 4, random() * 6] as const);
  const grain = noise(4096);
  return (component, x, y) => {
    const [a, b, c] = waves[component] ?? [0, 0, 0];
    const value =
      128 + 110 * Math.sin(a * x + b * y + c) + ((grain[(x * 31 + y * 57 + component) & 4095] ?? 0) - 128) / 6;
    return Math.max(0, Math.min(255, value));
  };
}

function jpeg(picture: Partial<JpegPicture>): Uint8Array {
  return encodeJpeg({
    ...{ width: 45, height: 37, components: components([2, 2], [1, 1], [1, 1]), sample: sampler(), segments: [JFIF] },
    ...picture,
  });
}

const SAMPLINGS: readonly (readonly [name: string, components: JpegComponent[]])[] = [
  ['gray', components([1, 1])],
  ['gray 2×2', components([2, 2])],
  ['4:4:4', components([1, 1], [1, 1], [1, 1])],
  ['4:2:2', components([2, 1], [1, 1], [1, 1])],
  ['4:2:0', components([2, 2], [1, 1], [1, 1])],
  ['4:4:0', components([1, 2], [1, 1], [1, 1])],
  ['4:1:1', components([4, 1], [1, 1], [1, 1])],
  ['4:1:0', components([4, 2], [1, 1], [1, 1])],
  ['with a large second component', components([1, 1], [2, 2], [1, 1])],
  ['with half a third component', components([2, 2], [2, 1], [1, 2])],
];

async function jpegs(): Promise<Named[]> {
  const sizes = [
    [1, 1],
    [3, 2],
    [5, 17],
    [45, 37],
    [64, 48],
  ] as const;
  const sampled = SAMPLINGS.flatMap(([name, components]) =>
    sizes.map(([width, height]): Named => {
      return [`JPEG ${name}, ${width}×${height}`, jpeg({ width, height, components })];
    }),
  );
  const variants = SAMPLINGS.slice(1, 5).flatMap(([name, components]): Named[] => [
    [`JPEG ${name}, with restarts`, jpeg({ components, restartInterval: 2 })],
    [`JPEG ${name}, with separate scans`, jpeg({ components, hasSeparateScans: true })],
    [`JPEG ${name}, coarse`, jpeg({ components, quantizer: 60 })],
    [`JPEG ${name}, fine`, jpeg({ components, quantizer: 1 })],
  ]);
  const upright = Array.from({ length: 9 }, (_, value): Named => {
    return [`JPEG with orientation ${value}`, withOrientation(jpeg({}), value)];
  });
  const full = components([1, 1], [1, 1], [1, 1]);
  const named = (text: string) => full.map((each, index) => ({ ...each, id: text.charCodeAt(index) }));
  const whole = jpeg({});
  const restarting = jpeg({ restartInterval: 1 });
  const firstRestart = restarting.findIndex((byte, index) => byte === 0xff && restarting[index + 1] === 0xd0);
  const odd: Named[] = [
    ['JPEG of RGB by Adobe', jpeg({ components: full, segments: [adobe(0)] })],
    ['JPEG of YCbCr by Adobe', jpeg({ components: full, segments: [adobe(1)] })],
    ['JPEG of RGB by its components', jpeg({ components: named('RGB'), segments: [] })],
    ['JPEG of unknown components', jpeg({ components: named('abc'), segments: [] })],
    ['JPEG without a description', jpeg({ components: full, segments: [] })],
    ['JPEG with a profile', withProfile(Uint8Array.from(whole), 'rgb')],
    ['JPEG of two components', jpeg({ components: full.slice(1) })],
    ['JPEG with bytes after its end', appended(whole, ...noise(50))],
    ['JPEG without an end', whole.subarray(0, -2)],
    ['JPEG with half an end', whole.subarray(0, -1)],
    ['JPEG with padding before its end', Uint8Array.from([...whole.subarray(0, -2), 0xff, 0xff, 0xff, 0xd9])],
    ['JPEG that ends too early', Uint8Array.from([...whole.subarray(0, -300), 0xff, 0xd9])],
    ['JPEG that ends too early, with restarts', Uint8Array.from([...restarting.subarray(0, -100), 0xff, 0xd9])],
    [
      'JPEG with a missing restart',
      Uint8Array.from([...restarting.subarray(0, firstRestart), ...restarting.subarray(firstRestart + 2)]),
    ],
    ['JPEG with a wrong restart', patched(restarting, firstRestart + 1, 0xd3)],
    ['JPEG with damaged data', patched(whole, -400, 1, 2, 3, 4, 5)],
    ['JPEG of 12 bits', patched(whole, whole.indexOf(0xc0) + 3, 12)],
    ['JPEG of height 0', jpeg({ height: 0 })],
    ['JPEG without quantizers', patched(whole, whole.indexOf(0xdb), 0xe5)],
  ];
  const cut = [2, 60, whole.length - 900, whole.length - 400, whole.length - 10].map((length): Named => {
    return [`JPEG cut to ${length} bytes`, whole.subarray(0, length)];
  });
  return [...sampled, ...variants, ...upright, ...odd, ...cut, ...(await progressiveJpegs())];
}

async function progressiveJpegs(): Promise<Named[]> {
  const { default: encode, init } = await import('@jsquash/jpeg/encode.js');
  await init(compiled('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
  const named: Named[] = [];
  for (const chroma_subsample of [1, 2]) {
    for (const quality of [30, 75, 97]) {
      for (const [width, height] of [
        [45, 37],
        [64, 48],
        [3, 70],
      ] as const) {
        const pixels = { data: photo(width, height), width, height, colorSpace: 'srgb' } as ImageData;
        const options = { quality, progressive: true, auto_subsample: false, chroma_subsample };
        const file = new Uint8Array(await encode(pixels, options));
        named.push([`progressive JPEG, ${width}×${height}, quality ${quality}, sampling ${chroma_subsample}`, file]);
      }
    }
  }
  const [[, whole] = ['', new Uint8Array()]] = named;
  return [
    ...named,
    ['progressive JPEG cut in half', whole.subarray(0, whole.length >> 1)],
    ['progressive JPEG without an end', whole.subarray(0, -2)],
  ];
}

/** Returns RGBA pixels of a smooth picture. */
function photo(width: number, height: number, isOpaque = true): Uint8ClampedArray<ArrayBuffer> {
  const sample = sampler();
  return Uint8ClampedArray.from({ length: 4 * width * height }, (_, index) => {
    const [channel, pixel] = [index & 3, index >> 2];
    return channel === 3 && isOpaque ? 255 : sample(channel, pixel % width, Math.floor(pixel / width));
  });
}

function cmykJpegs(): Named[] {
  const full = components([1, 1], [1, 1], [1, 1], [1, 1]);
  const half = components([2, 2], [1, 1], [1, 1], [2, 2]);
  return [full, half].flatMap((components, index): Named[] => {
    const name = index === 0 ? '' : ', subsampled';
    return [
      [`CMYK JPEG by Adobe${name}`, jpeg({ components, segments: [adobe(0)] })],
      [`YCCK JPEG by Adobe${name}`, jpeg({ components, segments: [adobe(2)] })],
      [`CMYK JPEG without a description${name}`, jpeg({ components, segments: [] })],
      [`CMYK JPEG with orientation 6${name}`, withOrientation(jpeg({ components, segments: [adobe(2)] }), 6)],
    ];
  });
}

// WebP

async function webps(): Promise<Named[]> {
  const { default: encode, init } = await import('@jsquash/webp/encode.js');
  await init(compiled('@jsquash/webp/codec/enc/webp_enc.wasm'));
  const webp = async (width: number, height: number, isOpaque: boolean, options: object) => {
    const pixels = { data: photo(width, height, isOpaque), width, height, colorSpace: 'srgb' } as ImageData;
    return new Uint8Array(await encode(pixels, options));
  };
  const named: Named[] = [];
  for (const [width, height] of [
    [1, 1],
    [45, 37],
    [64, 48],
  ] as const) {
    for (const isOpaque of [true, false]) {
      const text = `${width}×${height}${isOpaque ? '' : ', translucent'}`;
      named.push([`WebP, lossless, ${text}`, await webp(width, height, isOpaque, { lossless: 1 })]);
      for (const quality of [20, 75, 100]) {
        named.push([`WebP, ${text}, quality ${quality}`, await webp(width, height, isOpaque, { quality })]);
      }
    }
  }
  const whole = await webp(45, 37, true, { quality: 80 });
  const small = await webp(20, 16, true, { quality: 80 });
  const extended = (...chunks: readonly (readonly [string, Uint8Array])[]) => riffWith(45, 37, chunks);
  const image = inside(whole);
  return [
    ...named,
    [
      'animated WebP',
      animation(45, 37, [
        [0, 0, 45, 37, whole],
        [4, 6, 20, 16, small],
      ]),
    ],
    [
      'animated WebP with a small first frame',
      animation(45, 37, [
        [10, 6, 20, 16, small],
        [0, 0, 45, 37, whole],
      ]),
    ],
    ['animated WebP with one frame', animation(45, 37, [[0, 0, 45, 37, whole]])],
    ['animated WebP with a frame beyond its canvas', animation(45, 37, [[40, 6, 20, 16, small]])],
    ...[1, 3, 6, 8].map((value): Named => {
      return [`WebP with orientation ${value}`, extended(...image, ['EXIF', exif(value)])];
    }),
    ['WebP with bytes after its end', appended(whole, ...noise(50))],
    ['WebP cut in half', whole.subarray(0, whole.length >> 1)],
    ['WebP cut by 2 bytes', whole.subarray(0, -2)],
    ['WebP cut to its header', whole.subarray(0, 30)],
    ['WebP with damaged data', patched(whole, 26, 0, 0, 0, 0)],
  ];
}

type RiffChunk = readonly [type: string, content: Uint8Array];

function riff([type, content]: RiffChunk): Uint8Array {
  const made = Buffer.alloc(8 + content.length + (content.length & 1));
  made.write(type);
  made.writeUInt32LE(content.length, 4);
  made.set(content, 8);
  return made;
}

/** Returns the chunks with the image of a WebP. */
function inside(file: Uint8Array): RiffChunk[] {
  const chunks: RiffChunk[] = [];
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let offset = 12; offset + 8 <= file.length; ) {
    const length = view.getUint32(offset + 4, true);
    const type = String.fromCharCode(...file.subarray(offset, offset + 4));
    if (type !== 'VP8X') chunks.push([type, file.subarray(offset + 8, offset + 8 + length)]);
    offset += 8 + length + (length & 1);
  }
  return chunks;
}

function triple(value: number): number[] {
  return [value & 255, (value >> 8) & 255, value >> 16];
}

function riffWith(width: number, height: number, chunks: readonly RiffChunk[]): Uint8Array {
  const types = chunks.map(([type]) => type);
  const flags = (types.includes('ANMF') ? 2 : 0) | (types.includes('EXIF') ? 8 : 0) | (types.includes('ALPH') ? 16 : 0);
  const header = Uint8Array.of(flags, 0, 0, 0, ...triple(width - 1), ...triple(height - 1));
  const body = Buffer.concat([new TextEncoder().encode('WEBP'), riff(['VP8X', header]), ...chunks.map(riff)]);
  return riff(['RIFF', body]);
}

type Frame = readonly [left: number, top: number, width: number, height: number, file: Uint8Array];

function animation(width: number, height: number, frames: readonly Frame[]): Uint8Array {
  const coded = frames.map(([left, top, w, h, file]): RiffChunk => {
    const header = [...triple(left / 2), ...triple(top / 2), ...triple(w - 1), ...triple(h - 1), ...triple(100), 0];
    return ['ANMF', Buffer.concat([Uint8Array.from(header), ...inside(file).map(riff)])];
  });
  return riffWith(width, height, [['ANIM', Uint8Array.of(0, 0, 255, 255, 0, 0)], ...coded]);
}

function compiled(path: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(require.resolve(path)));
}
