import { ZIGZAG } from './jpeg-tables.ts';
import { type Orientation, readOrientation } from './orientation.ts';

/** A component: a colour, or brightness, or ink. */
export interface Component {
  readonly id: number;
  /** Samples per MCU, in blocks. */
  readonly columns: number;
  readonly rows: number;
  readonly quantizer: number;
}

/** The properties of the picture. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly isProgressive: boolean;
  readonly components: readonly Component[];
}

/** A component in a scan, and the numbers of its Huffman tables. */
export interface ScanComponent {
  readonly component: Component;
  readonly dcTable: number;
  readonly acTable: number;
}

/** A scan: some coefficients of some components. */
export interface Scan {
  readonly components: readonly ScanComponent[];
  readonly first: number;
  readonly last: number;
  /** Number of low bits that earlier scans left out. 0 for the first. */
  readonly high: number;
  /** Number of low bits that this scan leaves out. */
  readonly low: number;
  /** Index of the first byte of the scan's data. */
  readonly start: number;
}

/** How components become colours. */
export type ColourSpace = 'gray' | 'rgb' | 'ycc' | 'cmyk' | 'ycck';

// Markers.
const START_OF_FRAME = [0xc0, 0xc1, 0xc2];
const HUFFMAN_TABLES = 0xc4;
const [FIRST_RESTART, END_OF_IMAGE] = [0xd0, 0xd9];
const START_OF_SCAN = 0xda;
const QUANTIZERS = 0xdb;
const RESTART_INTERVAL = 0xdd;
const JFIF = 0xe0;
const EXIF = 0xe1;
const ADOBE = 0xee;
const [FIRST_UNSUPPORTED, LAST_UNSUPPORTED] = [0xc3, 0xcf];

/** Receives the tables of a file as they are read. */
export interface TableReceiver {
  /** @param table 64 quantizers in the order of a block. */
  setQuantizers(index: number, table: Int32Array): void;
  /** @param index 0 to 3 for DC coefficients, 4 to 7 for AC coefficients. */
  setHuffmanTable(index: number, counts: Uint8Array, symbols: Uint8Array): void;
}

/** Reads the segments of a JPEG file, one scan after the other. */
export class JpegFile {
  frame: Frame | undefined;
  /** Number of MCUs between restart markers, or 0. */
  restartInterval = 0;
  /** The orientation in the EXIF data. */
  orientation: Orientation = 1;
  readonly #bytes: Uint8Array;
  readonly #tables: TableReceiver;
  #position = 2;
  #hasJfif = false;
  #adobeTransform: number | undefined;

  constructor(bytes: Uint8Array, tables: TableReceiver) {
    this.#bytes = bytes;
    this.#tables = tables;
  }

  /** Continues at a byte. */
  seek(position: number): void {
    this.#position = position;
  }

  /**
   * Reads up to the next scan. Returns undefined at the end of the picture.
   * @throws Error if the file is cut short, damaged, or of an unsupported kind.
   */
  nextScan(): Scan | undefined {
    for (;;) {
      const marker = this.#nextMarker();
      if (marker === END_OF_IMAGE) return undefined;
      if (marker >= FIRST_RESTART && marker < END_OF_IMAGE) continue;
      const segment = this.#segment();
      if (START_OF_FRAME.includes(marker)) this.#readFrame(segment, marker === 0xc2);
      else if (marker === HUFFMAN_TABLES) this.#readHuffmanTables(segment);
      else if (marker === QUANTIZERS) this.#readQuantizers(segment);
      else if (marker === RESTART_INTERVAL) this.restartInterval = word(segment, 0);
      else if (marker === JFIF && textAt(segment, 5) === 'JFIF\0') this.#hasJfif = true;
      else if (marker === EXIF && textAt(segment, 6) === 'Exif\0\0')
        this.orientation = readOrientation(segment.subarray(6));
      else if (marker === ADOBE && textAt(segment, 5) === 'Adobe' && segment.length >= 12) {
        this.#adobeTransform = segment[11];
      } else if (marker === START_OF_SCAN) return this.#readScan(segment);
      else if (marker >= FIRST_UNSUPPORTED && marker <= LAST_UNSUPPORTED) {
        throw new Error(
          'it is a lossless, hierarchical or arithmetically coded JPEG. Only Huffman-coded baseline and progressive JPEGs are supported',
        );
      }
    }
  }

  /** Returns how components become colours, by libjpeg's rules. */
  get colourSpace(): ColourSpace {
    const ids = this.frame?.components.map(({ id }) => id) ?? [];
    switch (ids.length) {
      case 1:
        return 'gray';
      case 3:
        if (this.#hasJfif) return 'ycc';
        if (this.#adobeTransform !== undefined) return this.#adobeTransform === 0 ? 'rgb' : 'ycc';
        return String.fromCharCode(...ids) === 'RGB' ? 'rgb' : 'ycc';
      case 4:
        return this.#adobeTransform === undefined || this.#adobeTransform === 0 ? 'cmyk' : 'ycck';
      default:
        throw new Error(`it has ${ids.length} components; 1, 3 or 4 are supported`);
    }
  }

  /** Skips to the next marker and returns it. */
  #nextMarker(): number {
    for (; this.#position + 1 < this.#bytes.length; this.#position++) {
      const marker = this.#bytes[this.#position + 1] as number;
      if (this.#bytes[this.#position] !== 0xff || marker === 0 || marker === 0xff) continue;
      this.#position += 2;
      return marker;
    }
    throw new Error('it is truncated');
  }

  /** Returns the content of the segment that begins here. */
  #segment(): Uint8Array {
    const start = this.#position + 2;
    const end = this.#position + (start <= this.#bytes.length ? word(this.#bytes, this.#position) : 2);
    if (end < start) throw new Error('a segment is damaged');
    if (start > this.#bytes.length || end > this.#bytes.length) throw new Error('it is truncated');
    this.#position = end;
    return this.#bytes.subarray(start, end);
  }

  #readFrame(segment: Uint8Array, isProgressive: boolean): void {
    if (this.frame) throw new Error('it contains two frames');
    const count = segment[5] ?? 0;
    if (segment.length !== 6 + 3 * count) throw new Error('the header of the frame is damaged');
    if (segment[0] !== 8) throw new Error(`it has ${segment[0]} bits per sample; 8 are supported`);
    const components = Array.from({ length: count }, (_, index): Component => {
      const [id = 0, sampling = 0, quantizer = 0] = segment.subarray(6 + 3 * index);
      return { id, columns: sampling >> 4, rows: sampling & 15, quantizer };
    });
    const isSampled = ({ columns, rows, quantizer }: Component) =>
      columns >= 1 && columns <= 4 && rows >= 1 && rows <= 4 && quantizer <= 3;
    if (!components.every(isSampled)) throw new Error('the header of the frame is damaged');
    this.frame = { height: word(segment, 1), width: word(segment, 3), isProgressive, components };
  }

  #readHuffmanTables(segment: Uint8Array): void {
    let offset = 0;
    while (offset + 17 <= segment.length) {
      const [kind = 0] = segment.subarray(offset);
      const counts = segment.subarray(offset + 1, offset + 17);
      const length = counts.reduce((sum, count) => sum + count, 0);
      const symbols = segment.subarray(offset + 17, offset + 17 + length);
      const isAc = kind >> 4 === 1;
      if (length > 256 || symbols.length < length || (kind & 0xec) !== 0) throw new Error('a Huffman table is damaged');
      if (!isAc && symbols.some((symbol) => symbol > 15)) throw new Error('a Huffman table is damaged');
      this.#tables.setHuffmanTable((isAc ? 4 : 0) + (kind & 3), counts, symbols);
      offset += 17 + length;
    }
    if (offset !== segment.length) throw new Error('a Huffman table is damaged');
  }

  #readQuantizers(segment: Uint8Array): void {
    let offset = 0;
    while (offset < segment.length) {
      const kind = segment[offset] as number;
      const bytes = kind >> 4 === 0 ? 1 : 2;
      const values = segment.subarray(offset + 1, offset + 1 + 64 * bytes);
      if ((kind & 15) > 3 || values.length !== 64 * bytes) throw new Error('a table of quantizers is damaged');
      const table = new Int32Array(64);
      for (const [index, place] of ZIGZAG.entries()) {
        table[place] = bytes === 1 ? (values[index] as number) : word(values, 2 * index);
      }
      this.#tables.setQuantizers(kind & 15, table);
      offset += 1 + 64 * bytes;
    }
  }

  #readScan(segment: Uint8Array): Scan {
    const { frame } = this;
    const count = segment[0] ?? 0;
    if (!frame || count < 1 || count > 4 || segment.length !== 4 + 2 * count) throw damagedScan();
    const components = Array.from({ length: count }, (_, index): ScanComponent => {
      const [id = 0, tables = 0] = segment.subarray(1 + 2 * index);
      const component = frame.components.find((each) => each.id === id);
      if (!component || (tables & 0xcc) !== 0) throw damagedScan();
      return { component, dcTable: tables >> 4, acTable: 4 + (tables & 3) };
    });
    if (new Set(components.map(({ component }) => component)).size < count) throw damagedScan();
    const [first = 0, last = 0, bits = 0] = segment.subarray(1 + 2 * count);
    const start = this.#position;
    if (!frame.isProgressive) return { components, first: 0, last: 63, high: 0, low: 0, start };
    const [high, low] = [bits >> 4, bits & 15];
    const isValid = first === 0 ? last === 0 : first <= last && last <= 63 && count === 1;
    if (!isValid || low > 13 || (high !== 0 && high !== low + 1)) throw damagedScan();
    return { components, first, last, high, low, start };
  }
}

function damagedScan(): Error {
  return new Error('the header of a scan is damaged');
}

function word(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

function textAt(bytes: Uint8Array, length: number): string {
  return String.fromCharCode(...bytes.subarray(0, length));
}
