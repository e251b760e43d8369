import type { Picture } from '../../image/picture.ts';
import { type ColourSpace, type Component, type Frame, JpegFile, type Scan } from './jpeg-file.ts';
import { HUFFMAN_BYTES, writeHuffmanTable } from './jpeg-tables.ts';
import type { Orientation } from './orientation.ts';

/** The kernels (jpeg-kernels). Addresses and sizes are in bytes. */
interface Kernels {
  startScan(start: number, fileEnd: number, restartInterval: number): void;
  decodeRow(
    components: number,
    count: number,
    mcus: number,
    coding: number,
    first: number,
    last: number,
    low: number,
  ): void;
  position(): number;
  cutShort(): number;
  inverseTransform(blocks: number, count: number, quantizers: number, samples: number, stride: number): void;
  smoothRows(near: number, far: number, output: number, width: number, bias: number): void;
  smoothColumns(near: number, far: number, output: number, width: number, isBoth: number, sums: number): void;
  repeatPixels(input: number, output: number, width: number, factor: number): void;
  grayToRgba(gray: number, output: number, width: number): void;
  rgbToRgba(red: number, green: number, blue: number, output: number, width: number): void;
  yccToRgba(y: number, cb: number, cr: number, output: number, width: number): void;
  cmykToRgba(c: number, m: number, y: number, k: number, output: number, width: number): void;
  ycckToRgba(y: number, cb: number, cr: number, k: number, output: number, width: number): void;
}

/** A component with its samples in memory. */
interface Plane {
  readonly component: Component;
  /** Factors of enlargement to the resolution of the picture. */
  readonly horizontal: number;
  readonly vertical: number;
  /** Size of the samples that belong to the picture. */
  readonly width: number;
  readonly height: number;
  /** Number of blocks in a row: those of whole MCUs. */
  readonly blockColumns: number;
  readonly blockRows: number;
  /** Number of rows of blocks in a row of MCUs. */
  readonly mcuRows: number;
  /** Address of the coefficients: of all blocks, or of those of a row of MCUs. */
  readonly blocks: number;
  /** Address of the quantizers: those that are defined when the first scan of the component begins. */
  readonly quantizers: number;
  readonly samples: number;
  /** Bytes from one row of samples to the next. */
  readonly stride: number;
  /** Address of a row of samples at the resolution of the picture. */
  readonly row: number;
}

/** Ways to code coefficients, for `decodeRow`. */
const [SEQUENTIAL, FIRST_DC, REFINE_DC, FIRST_AC, REFINE_AC] = [0, 1, 2, 3, 4] as const;

const PAGE_BYTES = 65536;
/** Address of the memory that the kernels do not use themselves. */
const HEAP = PAGE_BYTES;
const BLOCK_BYTES = 128;
const MAX_BLOCKS_PER_MCU = 10;
/** Browsers estimate up to this many coefficients of each block if scans are missing. */
const ESTIMATED_COEFFICIENTS = 10;
const QUANTIZER_BYTES = 256;
const SCAN_COMPONENT_WORDS = 7;
/** Kernels read and write up to this many bytes before or beyond a row. */
const SLACK = 64;
/** Bytes of pixels that are converted at a time. */
const BAND_BYTES = 2 ** 18;
/** Memory up to this size is kept for the next picture. */
const KEPT_BYTES = 2 ** 25;

let compiled: Promise<WebAssembly.Module> | undefined;
/** The memory of an earlier picture, with its kernels. Decoding does not wait, so pictures never share it. */
let kept: KernelMemory | undefined;

/**
 * Decodes a JPEG file: baseline or progressive; gray, YCbCr, RGB, CMYK or YCCK. Each step has the results of libjpeg with its
 * default options, which browsers use. CMYK becomes RGB as in browsers that ignore its colour profile.
 * @returns the picture, and its orientation from the EXIF data.
 * @throws Error if it is cut short, damaged, or of an unsupported kind.
 */
export async function decodeJpeg(bytes: Uint8Array): Promise<{ picture: Picture; orientation: Orientation }> {
  compiled ??= import('./jpeg-kernels/index.ts?wasm=plain').then(({ default: code }) => WebAssembly.compile(code));
  const module = await compiled;
  const memory = kept ?? new KernelMemory(module);
  kept = undefined;
  try {
    return new JpegDecoder(bytes, memory).decode();
  } finally {
    if (memory.bytes <= KEPT_BYTES) kept = memory;
  }
}

/** The memory of the kernels. */
class KernelMemory {
  readonly kernels: Kernels;
  readonly #memory = new WebAssembly.Memory({ initial: HEAP / PAGE_BYTES });
  #end = HEAP;

  constructor(module: WebAssembly.Module) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.kernels = exports as unknown as Kernels;
  }

  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Makes all memory free. */
  reset(): void {
    this.#end = HEAP;
  }

  /** Returns the address of memory with any content, with some more before and after it. */
  reserve(bytes: number): number {
    const address = this.#end + SLACK;
    this.#end = Math.ceil((address + bytes + SLACK) / SLACK) * SLACK;
    const missing = this.#end - this.bytes;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    return address;
  }

  bytesAt(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, address, length);
  }

  wordsAt(address: number, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, address, length);
  }
}

/** Decodes one file. */
class JpegDecoder {
  readonly #memory: KernelMemory;
  readonly #file: JpegFile;
  readonly #fileLength: number;
  readonly #fileAddress: number;
  /** Addresses of the tables, by index, if the file has defined them. */
  readonly #quantizers = new Map<number, number>();
  readonly #huffmanTables = new Map<number, number>();
  readonly #scanComponents: number;
  readonly #latched = new Set<Plane>();
  readonly #completeness = new Completeness();

  constructor(bytes: Uint8Array, memory: KernelMemory) {
    memory.reset();
    this.#memory = memory;
    this.#fileLength = bytes.length;
    this.#fileAddress = memory.reserve(bytes.length);
    memory.bytesAt(this.#fileAddress, bytes.length).set(bytes);
    this.#scanComponents = memory.reserve(4 * SCAN_COMPONENT_WORDS * 4);
    this.#file = new JpegFile(bytes, {
      setQuantizers: (index, table) => {
        const address = this.#quantizers.get(index) ?? memory.reserve(QUANTIZER_BYTES);
        this.#quantizers.set(index, address);
        memory.wordsAt(address, 64).set(table);
      },
      setHuffmanTable: (index, counts, symbols) => {
        const address = this.#huffmanTables.get(index) ?? memory.reserve(HUFFMAN_BYTES);
        this.#huffmanTables.set(index, address);
        writeHuffmanTable(memory.bytesAt(address, HUFFMAN_BYTES), counts, symbols);
      },
    });
  }

  /** @throws Error if the file is cut short, damaged, or of an unsupported kind. */
  decode(): { picture: Picture; orientation: Orientation } {
    let scan = this.#file.nextScan();
    const { frame } = this.#file;
    if (!scan || !frame) throw new Error('it contains no picture');
    if (frame.width === 0 || frame.height === 0) throw new Error('its size is 0');
    const hasOneScan = !frame.isProgressive && scan.components.length === frame.components.length;
    const planes = this.#layOut(frame, hasOneScan);
    if (hasOneScan) {
      this.#decodeScan(scan, frame, planes, (row) => this.#transformRow(planes, row));
      // Finds the end of the picture. As in browsers, a file without it is cut short.
      while (this.#file.nextScan());
    } else {
      for (; scan; scan = this.#file.nextScan()) {
        this.#decodeScan(scan, frame, planes);
        this.#completeness.add(scan);
      }
      if (frame.isProgressive) this.#completeness.check(frame);
      for (const plane of planes) this.#transform(plane, 0, plane.blockRows);
    }
    const picture = this.#toPicture(frame, planes, this.#file.colourSpace);
    return { picture, orientation: this.#file.orientation };
  }

  /** Reserves memory for the samples and coefficients. */
  #layOut({ width, height, components }: Frame, hasOneScan: boolean): Plane[] {
    const [columns, rows] = mcuSize(components);
    return components.map((component) => {
      const [horizontal, vertical] = [columns / component.columns, rows / component.rows];
      if (!Number.isInteger(horizontal) || !Number.isInteger(vertical)) {
        throw new Error('its components have sizes that are not multiples of each other');
      }
      // The blocks of a file with one component are not in MCUs of several blocks.
      const mcuColumns = components.length === 1 ? 1 : component.columns;
      const mcuRows = components.length === 1 ? 1 : component.rows;
      const blockColumns = Math.ceil(width / 8 / horizontal / mcuColumns) * mcuColumns;
      const blockRows = Math.ceil(height / 8 / vertical / mcuRows) * mcuRows;
      const blockBytes = blockColumns * (hasOneScan ? mcuRows : blockRows) * BLOCK_BYTES;
      const blocks = this.#memory.reserve(blockBytes);
      this.#memory.bytesAt(blocks, blockBytes).fill(0);
      return {
        component,
        horizontal,
        vertical,
        width: Math.ceil(width / horizontal),
        height: Math.ceil(height / vertical),
        blockColumns,
        blockRows,
        mcuRows,
        blocks,
        quantizers: this.#memory.reserve(QUANTIZER_BYTES),
        samples: this.#memory.reserve(blockColumns * blockRows * 64),
        stride: blockColumns * 8,
        row: this.#memory.reserve(horizontal * blockColumns * 8),
      };
    });
  }

  /**
   * Decodes the coefficients of a scan.
   * @param onRow called after each row of MCUs. If given, all rows use the same memory, which it must clear.
   */
  #decodeScan(scan: Scan, frame: Frame, planes: readonly Plane[], onRow?: (row: number) => void): void {
    const { kernels } = this.#memory;
    const coding = codingOf(scan, frame);
    const parts = scan.components.map(({ component, dcTable, acTable }) => {
      const plane = planes.find((each) => each.component === component) as Plane;
      this.#latchQuantizers(plane);
      const needsDc = coding === SEQUENTIAL || coding === FIRST_DC;
      const needsAc = coding === SEQUENTIAL || coding === FIRST_AC || coding === REFINE_AC;
      return {
        plane,
        dcTable: needsDc ? this.#huffmanTable(dcTable) : 0,
        acTable: needsAc ? this.#huffmanTable(acTable) : 0,
      };
    });
    const isInterleaved = parts.length > 1;
    const size = parts.reduce((sum, { plane: { component } }) => sum + component.columns * component.rows, 0);
    if (isInterleaved && size > MAX_BLOCKS_PER_MCU)
      throw new Error(`an MCU has ${size} blocks; at most 10 are allowed`);
    const [{ plane: first }] = parts as [(typeof parts)[number]];
    const mcus = isInterleaved ? first.blockColumns / first.component.columns : Math.ceil(first.width / 8);
    const mcuRows = isInterleaved ? first.blockRows / first.component.rows : Math.ceil(first.height / 8);
    const components = this.#memory.wordsAt(this.#scanComponents, parts.length * SCAN_COMPONENT_WORDS);
    for (const [index, { plane, dcTable, acTable }] of parts.entries()) {
      const { component, blockColumns, blocks } = plane;
      const [columns, rows] = isInterleaved ? [component.columns, component.rows] : [1, 1];
      const words = [blocks, blockColumns * BLOCK_BYTES, columns, rows, dcTable, acTable, 0];
      components.set(words, index * SCAN_COMPONENT_WORDS);
    }
    const start = this.#fileAddress + scan.start;
    kernels.startScan(start, this.#fileAddress + this.#fileLength, this.#file.restartInterval);
    for (let row = 0; row < mcuRows; row++) {
      kernels.decodeRow(this.#scanComponents, parts.length, mcus, coding, scan.first, scan.last, scan.low);
      if (onRow) onRow(row);
      else {
        for (const [index, { plane }] of parts.entries()) {
          const word = index * SCAN_COMPONENT_WORDS;
          const blockRows = isInterleaved ? plane.mcuRows : 1;
          components[word] = (components[word] as number) + blockRows * plane.blockColumns * BLOCK_BYTES;
        }
      }
    }
    if (kernels.cutShort()) throw new Error('it is truncated');
    this.#file.seek(kernels.position() - this.#fileAddress);
  }

  #huffmanTable(index: number): number {
    const address = this.#huffmanTables.get(index);
    if (address === undefined) throw new Error('a Huffman table is missing');
    return address;
  }

  /** Copies a component's quantizers, because later scans may define others. */
  #latchQuantizers(plane: Plane): void {
    if (this.#latched.has(plane)) return;
    const address = this.#quantizers.get(plane.component.quantizer);
    if (address === undefined) throw new Error('a table of quantizers is missing');
    this.#memory.wordsAt(plane.quantizers, 64).set(this.#memory.wordsAt(address, 64));
    this.#latched.add(plane);
  }

  /** Converts the coefficients of a row of MCUs to samples, and clears them. */
  #transformRow(planes: readonly Plane[], row: number): void {
    for (const plane of planes) {
      this.#transform(plane, row * plane.mcuRows, plane.mcuRows);
      this.#memory.bytesAt(plane.blocks, plane.mcuRows * plane.blockColumns * BLOCK_BYTES).fill(0);
    }
  }

  /** Converts rows of blocks to samples. @param first the row of samples, in blocks, of the first row of blocks in memory. */
  #transform({ blocks, blockColumns, quantizers, samples, stride }: Plane, first: number, count: number): void {
    for (let row = 0; row < count; row++) {
      const from = blocks + row * blockColumns * BLOCK_BYTES;
      const to = samples + (first + row) * 8 * stride;
      this.#memory.kernels.inverseTransform(from, blockColumns, quantizers, to, stride);
    }
  }

  #toPicture({ width, height }: Frame, planes: readonly Plane[], colourSpace: ColourSpace): Picture {
    const data = new Uint8Array(width * height * 4);
    const bandRows = Math.max(1, Math.floor(BAND_BYTES / 4 / width));
    const band = this.#memory.reserve(bandRows * width * 4);
    const sums = this.#memory.reserve(2 * (width + SLACK));
    for (let top = 0; top < height; top += bandRows) {
      const rows = Math.min(bandRows, height - top);
      for (let y = 0; y < rows; y++) {
        const addresses = planes.map((plane) => this.#enlargedRow(plane, top + y, sums));
        this.#convertRow(colourSpace, addresses, band + y * width * 4, width);
      }
      data.set(this.#memory.bytesAt(band, rows * width * 4), top * width * 4);
    }
    return { width, height, data };
  }

  /** Returns the address of a row of samples at the resolution of the picture. */
  #enlargedRow(plane: Plane, y: number, sums: number): number {
    const { horizontal, vertical, width, samples, stride, row } = plane;
    const { kernels } = this.#memory;
    const near = samples + Math.floor(y / vertical) * stride;
    const far = samples + neighbourOf(y, plane) * stride;
    if (vertical === 1 && horizontal === 1) return near;
    if (vertical === 2 && horizontal === 1) kernels.smoothRows(near, far, row, width, y % 2 === 0 ? 1 : 2);
    else if (horizontal === 2 && vertical <= 2 && width > 2) {
      kernels.smoothColumns(near, far, row, width, vertical - 1, sums);
    } else kernels.repeatPixels(near, row, width * horizontal, horizontal);
    return row;
  }

  #convertRow(colourSpace: ColourSpace, addresses: readonly number[], output: number, width: number): void {
    const { kernels } = this.#memory;
    const [a = 0, b = 0, c = 0, d = 0] = addresses;
    if (colourSpace === 'gray') kernels.grayToRgba(a, output, width);
    else if (colourSpace === 'rgb') kernels.rgbToRgba(a, b, c, output, width);
    else if (colourSpace === 'ycc') kernels.yccToRgba(a, b, c, output, width);
    else if (colourSpace === 'cmyk') kernels.cmykToRgba(a, b, c, d, output, width);
    else kernels.ycckToRgba(a, b, c, d, output, width);
  }
}

/** Returns the largest number of blocks of a component in an MCU, in each direction. */
function mcuSize(components: readonly Component[]): [columns: number, rows: number] {
  return [Math.max(...components.map(({ columns }) => columns)), Math.max(...components.map(({ rows }) => rows))];
}

function codingOf({ first, high }: Scan, { isProgressive }: Frame): number {
  if (!isProgressive) return SEQUENTIAL;
  if (first === 0) return high === 0 ? FIRST_DC : REFINE_DC;
  return high === 0 ? FIRST_AC : REFINE_AC;
}

/** Returns the row of samples that is the second nearest to a row of the picture, for planes of half its height. */
function neighbourOf(y: number, { vertical, height }: Plane): number {
  if (vertical !== 2) return Math.floor(y / vertical);
  return Math.max(0, Math.min(height - 1, (y >> 1) + (y % 2 === 0 ? -1 : 1)));
}

/** Records which bits of the coefficients the scans of a progressive file contain. */
class Completeness {
  /** For each component, the number of low bits that the scans left out of each coefficient. */
  readonly #missing = new Map<Component, number[]>();

  add({ components, first, last, low }: Scan): void {
    for (const { component } of components) {
      const missing = this.#missing.get(component) ?? [];
      for (let index = first; index <= last; index++) missing[index] = low;
      this.#missing.set(component, missing);
    }
  }

  /**
   * Checks the coefficients that browsers would estimate if they were missing: the first of each block.
   * @throws Error if one is missing.
   */
  check({ components }: Frame): void {
    const isComplete = (component: Component) =>
      Array.from({ length: ESTIMATED_COEFFICIENTS }).every((_, index) => this.#missing.get(component)?.[index] === 0);
    if (!components.every(isComplete)) throw new Error('it lacks some of its scans');
  }
}
