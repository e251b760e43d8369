/** A component of a JPEG for tests: its identifier and its sampling factors. */
export interface JpegComponent {
  readonly id: number;
  readonly columns: number;
  readonly rows: number;
}

/** A baseline JPEG for tests, with any components. */
export interface JpegPicture {
  readonly width: number;
  readonly height: number;
  readonly components: readonly JpegComponent[];
  /** Returns a sample, 0 to 255, at the resolution of the picture. */
  readonly sample: (component: number, x: number, y: number) => number;
  /** The quantizer of all coefficients. Default: 3. */
  readonly quantizer?: number;
  /** Number of MCUs between restart markers. Default: none. */
  readonly restartInterval?: number;
  /** Whether each component has a scan of its own. */
  readonly hasSeparateScans?: boolean;
  /** Segments before the tables: JFIF, Adobe, EXIF or others. */
  readonly segments?: readonly (readonly [marker: number, content: readonly number[]])[];
}

const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
];

/** Symbols of DC coefficients, all with codes of 4 bits. */
const DC_SYMBOLS = Array.from({ length: 12 }, (_, size) => size);
/** Symbols of AC coefficients: short values have codes of 8 bits, others of 12. */
const AC_SYMBOLS = Array.from({ length: 16 * 10 }, (_, index) => ((index % 16) << 4) + 1 + Math.floor(index / 16));
const SHORT_AC = [0x00, 0xf0, ...AC_SYMBOLS.filter((symbol) => (symbol & 15) <= 4)];
const LONG_AC = AC_SYMBOLS.filter((symbol) => (symbol & 15) > 4);

type Code = readonly [bits: number, length: number];
const DC_CODES = new Map<number, Code>(DC_SYMBOLS.map((symbol, index) => [symbol, [index, 4]]));
const AC_CODES = new Map<number, Code>([
  ...SHORT_AC.map((symbol, index) => [symbol, [index, 8]] as const),
  ...LONG_AC.map((symbol, index) => [symbol, [SHORT_AC.length * 16 + index, 12]] as const),
]);

/** Encodes a baseline JPEG. */
export function encodeJpeg(picture: JpegPicture): Uint8Array<ArrayBuffer> {
  const { width, height, components, quantizer = 3, restartInterval = 0, hasSeparateScans = false } = picture;
  const frame = components.flatMap(({ id, columns, rows }) => [id, (columns << 4) | rows, 0]);
  const scans = hasSeparateScans ? components.map((_, index) => [index]) : [components.map((_, index) => index)];
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...(picture.segments ?? []).flatMap(([marker, content]) => segment(marker, content)),
    ...segment(0xdb, [0, ...new Array<number>(64).fill(quantizer)]),
    ...segment(0xc0, [8, height >> 8, height & 255, width >> 8, width & 255, components.length, ...frame]),
    ...segment(0xc4, [0x00, ...lengths({ 4: 12 }), ...DC_SYMBOLS]),
    ...segment(0xc4, [0x10, ...lengths({ 8: SHORT_AC.length, 12: LONG_AC.length }), ...SHORT_AC, ...LONG_AC]),
    ...(restartInterval ? segment(0xdd, [restartInterval >> 8, restartInterval & 255]) : []),
    ...scans.flatMap((members) => [
      ...segment(0xda, [members.length, ...members.flatMap((index) => [components[index]?.id ?? 0, 0]), 0, 63, 0]),
      ...encodeScan(picture, members, quantizer, restartInterval),
    ]),
    ...[0xff, 0xd9],
  ]);
}

function segment(marker: number, content: readonly number[]): number[] {
  return [0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255, ...content];
}

function lengths(counts: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: 16 }, (_, index) => counts[index + 1] ?? 0);
}

function encodeScan(picture: JpegPicture, members: readonly number[], quantizer: number, restart: number): number[] {
  const { width, height, components } = picture;
  const most = (of: (component: JpegComponent) => number) => Math.max(...components.map(of));
  const [maxColumns, maxRows] = [most(({ columns }) => columns), most(({ rows }) => rows)];
  const single = members.length === 1 ? (components[members[0] ?? 0] as JpegComponent) : undefined;
  const unit = (max: number, own: number) => 8 * (single ? max / own : max);
  const mcuColumns = Math.ceil(width / unit(maxColumns, single?.columns ?? 1));
  const mcuRows = Math.ceil(height / unit(maxRows, single?.rows ?? 1));
  const writer = new BitWriter();
  let previous = components.map(() => 0);
  for (let mcu = 0; mcu < mcuColumns * mcuRows; mcu++) {
    if (restart && mcu > 0 && mcu % restart === 0) {
      writer.restart((mcu / restart - 1) & 7);
      previous = components.map(() => 0);
    }
    for (const index of members) {
      const { columns, rows } = components[index] as JpegComponent;
      const [blocksX, blocksY] = single ? [1, 1] : [columns, rows];
      const [scaleX, scaleY] = [maxColumns / columns, maxRows / rows];
      for (let block = 0; block < blocksX * blocksY; block++) {
        const left = ((mcu % mcuColumns) * blocksX + (block % blocksX)) * 8;
        const top = (Math.floor(mcu / mcuColumns) * blocksY + Math.floor(block / blocksX)) * 8;
        const samples = Array.from({ length: 64 }, (_, position) => {
          const x = Math.min(width - 1, (left + (position & 7)) * scaleX);
          const y = Math.min(height - 1, (top + (position >> 3)) * scaleY);
          return picture.sample(index, x, y) - 128;
        });
        previous[index] = writer.block(transform(samples), quantizer, previous[index] ?? 0);
      }
    }
  }
  return writer.end();
}

const COSINES = Array.from({ length: 64 }, (_, position) => {
  const [frequency, place] = [position >> 3, position & 7];
  return (frequency === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * place + 1) * frequency * Math.PI) / 16);
});

/** Returns the cosine transform of a block. */
function transform(samples: readonly number[]): number[] {
  const along = (values: readonly number[], step: number, across: number) =>
    Array.from({ length: 64 }, (_, position) => {
      const [line, frequency] = step === 1 ? [position >> 3, position & 7] : [position & 7, position >> 3];
      let sum = 0;
      for (let place = 0; place < 8; place++) {
        sum += (values[line * across + place * step] ?? 0) * (COSINES[frequency * 8 + place] ?? 0);
      }
      return sum;
    });
  return along(along(samples, 1, 8), 8, 1);
}

/** Writes Huffman codes. */
class BitWriter {
  readonly #bytes: number[] = [];
  #bits = 0;
  #count = 0;

  /** Writes a block and returns its DC coefficient. */
  block(coefficients: readonly number[], quantizer: number, previous: number): number {
    const values = ZIGZAG.map((place) => Math.round((coefficients[place] ?? 0) / quantizer));
    const [dc = 0, ...others] = values;
    this.#value(DC_CODES, 0, dc - previous);
    let run = 0;
    for (const value of others) {
      if (value === 0) run++;
      else {
        for (; run > 15; run -= 16) this.#code(AC_CODES, 0xf0);
        this.#value(AC_CODES, run, value);
        run = 0;
      }
    }
    if (run > 0) this.#code(AC_CODES, 0x00);
    return dc;
  }

  restart(index: number): void {
    this.#pad();
    this.#bytes.push(0xff, 0xd0 + index);
  }

  end(): number[] {
    this.#pad();
    return this.#bytes;
  }

  #value(codes: ReadonlyMap<number, Code>, run: number, value: number): void {
    const size = value === 0 ? 0 : 32 - Math.clz32(Math.abs(value));
    this.#code(codes, (run << 4) | size);
    this.#write(value < 0 ? value + 2 ** size - 1 : value, size);
  }

  #code(codes: ReadonlyMap<number, Code>, symbol: number): void {
    const [bits, length] = codes.get(symbol) as Code;
    this.#write(bits, length);
  }

  #write(bits: number, length: number): void {
    for (let bit = length - 1; bit >= 0; bit--) {
      this.#bits = (this.#bits << 1) | ((bits >> bit) & 1);
      if (++this.#count < 8) continue;
      this.#bytes.push(this.#bits);
      if (this.#bits === 255) this.#bytes.push(0);
      this.#bits = 0;
      this.#count = 0;
    }
  }

  #pad(): void {
    while (this.#count > 0) this.#write(1, 1);
  }
}
