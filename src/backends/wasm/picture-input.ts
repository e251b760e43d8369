import { type AnyPicture, DeferredPicture, decoded } from '../../image/deferred-picture.ts';
import { fitDigit } from '../../image/digit.ts';
import type { FilterTaps } from '../../image/filter-taps.ts';
import { DrawnPixels, openPixels, type PixelSource } from '../../image/pixel-source.ts';
import { LUMA, toInputPixels } from '../../image/preprocess.ts';
import { channelCount, type Preprocessing, takesIntegers } from '../../image/preprocessing.ts';
import { isSeparable, regionOf, resamplingOf } from '../../image/resampling.ts';
import type { PixelRegion } from '../../image/view.ts';
import { PICTURE_RESAMPLING, structWords } from './kernel-structs.ts';
import type { Kernels } from './kernels.ts';
import type { MemoryLayout } from './memory-layout.ts';

/** Bytes of the pixels that are read at a time. */
const BAND_BYTES = 2 ** 20;
/** Bytes of the rows at the input's width that are kept, unless the input is so tall that it needs more. */
const ROW_BYTES = 2 ** 19;
/** Words of the tables of taps. A picture needs about one word for each of its rows and columns. */
const TAP_WORDS = 2 ** 17;
const PIXEL_BYTES = 4;
/** Bytes of the means, of the channels' places, and of the weights of luma: a vector each. */
const VECTOR_BYTES = 16;

/** Addresses of the memory for preprocessing pictures. */
interface PictureMemory {
  readonly struct: number;
  readonly vectors: number;
  readonly taps: number;
  readonly pixels: number;
  readonly rows: number;
  readonly sums: number;
  /** Number of rows that fit in `rows`. It is even. */
  readonly rowCount: number;
}

/** The part of a picture that its resampling reads, and the tables of taps from there on. */
interface PictureTaps {
  readonly key: string;
  readonly region: PixelRegion;
  readonly columns: Int32Array;
  readonly rows: Int32Array;
}

/** Reserves memory to preprocess pictures of any size. */
export function reservePictureMemory(layout: MemoryLayout, { width, height }: Preprocessing): PictureMemory {
  const rowBytes = width * PIXEL_BYTES;
  // If a picture is enlarged, it has no more rows than the input, and a few at the edges.
  const rowCount = 2 * Math.ceil(Math.max(ROW_BYTES / rowBytes, height + 4) / 2);
  return {
    struct: layout.reserve(Object.keys(PICTURE_RESAMPLING).length * 4),
    vectors: layout.reserve(3 * VECTOR_BYTES),
    taps: layout.reserve(TAP_WORDS * 4),
    pixels: layout.reserve(BAND_BYTES),
    rows: layout.reserve((rowCount + 1) * rowBytes),
    sums: layout.reserve(2 * 4 * Math.ceil(rowBytes / VECTOR_BYTES) * VECTOR_BYTES),
    rowCount,
  };
}

/**
 * Converts pictures to a network's input in the memory of the kernels, with the same integer arithmetic as `src/image`.
 * Only the pixels that the crop needs are read, a band at a time, so the size of a picture does not matter.
 */
export class PictureInput {
  readonly #memory: PictureMemory;
  readonly #buffer: ArrayBufferLike;
  readonly #kernels: Kernels;
  readonly #preprocessing: Preprocessing;
  /** The values to subtract: the means if they are integers, otherwise 0. */
  readonly #means: readonly number[];
  readonly #output: number;
  /** The tables in memory. Pictures often have the size of the previous one, and camera frames always do. */
  #taps: PictureTaps | undefined;

  /** @param output address of the input: [pixel][channel], 16-bit integers. */
  constructor(
    memory: PictureMemory,
    buffer: ArrayBufferLike,
    kernels: Kernels,
    preprocessing: Preprocessing,
    output: number,
  ) {
    this.#memory = memory;
    this.#buffer = buffer;
    this.#kernels = kernels;
    this.#preprocessing = preprocessing;
    const { mean, channels } = preprocessing;
    const isInteger = takesIntegers(preprocessing);
    this.#means = Array.from({ length: channelCount(channels) }, (_, index) =>
      isInteger ? (mean.values[index] as number) : 0,
    );
    this.#output = output;
  }

  /**
   * Writes a picture to the input as pixel − mean, or as pixels if the means are not integers. Calls may not overlap.
   * @throws HwgqError `invalid-image`.
   */
  async write(picture: AnyPicture): Promise<void> {
    const isDigit = !isSeparable(picture, this.#preprocessing);
    const writeFrom = (source: PixelSource) => (isDigit ? this.#writeDigit(source) : this.#resample(source));
    const source = openPixels(picture);
    try {
      if (await writeFrom(source)) return;
    } finally {
      source.close();
    }
    if (picture instanceof DeferredPicture && (await writeFrom(new DrawnPixels(picture)))) return;
    this.#writePixels(toInputPixels(decoded(picture), this.#preprocessing));
  }

  /** Reads all of a picture as gray, and normalizes the digit. Returns false if the source cannot be used. */
  async #writeDigit(source: PixelSource): Promise<boolean> {
    const { width, height, isMirrored, position } = source;
    const { pixels } = this.#memory;
    const bandRows = Math.floor(BAND_BYTES / (width * PIXEL_BYTES) / 2) * 2;
    const isReadable = !isMirrored && (position.left & 1) + (position.top & 1) === 0 && bandRows > 0;
    if (!isReadable || this.#preprocessing.channels !== 'gray') return false;
    this.#writeLuma(source);
    const bytes = new Uint8Array(width * height);
    for (let top = 0; top < height; top += bandRows) {
      const band = { left: 0, top, width, height: Math.min(bandRows, height - top) };
      const length = band.height * width * PIXEL_BYTES;
      if (!(await source.read(band, new Uint8Array(this.#buffer, pixels, length), height))) return false;
      if (!this.#composite(source, length)) return false;
      // The other bytes of a pixel are 0 now.
      bytes.set(new Int32Array(this.#buffer, pixels, length / PIXEL_BYTES), top * width);
    }
    this.#writePixels(fitDigit({ bytes, width, height }, this.#preprocessing.width, this.#preprocessing.height));
    return true;
  }

  /** Returns false if the source cannot be used, or if the picture is too large for the tables. */
  async #resample(source: PixelSource): Promise<boolean> {
    const taps = this.#tapsOf(source);
    if (!taps) return false;
    const { rowCount, pixels, rows, struct } = this.#memory;
    const { left, top, width, height } = taps.region;
    const rowBytes = width * PIXEL_BYTES;
    const bandRows = Math.floor(BAND_BYTES / rowBytes / 2) * 2;
    this.#writeParameters(taps, source);
    for (let first = 0; first < height; first += rowCount) {
      const end = Math.min(first + rowCount, height);
      for (let row = first; row < end; row += bandRows) {
        const band = { left, top: top + row, width, height: Math.min(bandRows, end - row) };
        const bytes = band.height * rowBytes;
        if (!(await source.read(band, new Uint8Array(this.#buffer, pixels, bytes), top + height))) return false;
        if (!this.#composite(source, bytes)) return false;
        const to = rows + (row - first) * this.#preprocessing.width * PIXEL_BYTES;
        this.#kernels.resampleRows(struct, band.height, to);
      }
      this.#kernels.resampleColumns(struct, first, end);
    }
    return true;
  }

  /**
   * Makes the pixels of a band opaque, and gray if the network's input is gray. Returns false if that is not possible.
   */
  #composite({ alpha }: PixelSource, bytes: number): boolean {
    const { pixels, vectors } = this.#memory;
    if (alpha !== 'none' && !this.#kernels.isOpaque(pixels, bytes)) {
      if (alpha === 'unknown') return false;
      this.#kernels.compositeOnWhite(pixels, bytes);
    }
    if (this.#preprocessing.channels === 'gray') this.#kernels.toLuma(pixels, bytes, vectors + 2 * VECTOR_BYTES);
    return true;
  }

  #tapsOf(source: PixelSource): PictureTaps | undefined {
    const { width, height, isMirrored, position } = source;
    const [oddLeft, oddTop] = [position.left & 1, position.top & 1];
    const key = `${width} ${height} ${isMirrored} ${oddLeft} ${oddTop}`;
    if (this.#taps?.key === key) return this.#taps;
    const { columns, rows } = resamplingOf(source, this.#preprocessing);
    const resampling = { columns: isMirrored ? columns.map((taps) => mirrored(taps, width)) : columns, rows };
    const needed = regionOf(resampling);
    if (needed.width + needed.height + 4 * (columns.length + rows.length) > TAP_WORDS) return undefined;
    const left = needed.left - ((needed.left + oddLeft) & 1);
    const top = needed.top - ((needed.top + oddTop) & 1);
    const region = {
      left,
      top,
      width: needed.width + needed.left - left,
      height: needed.height + needed.top - top,
    };
    this.#taps = {
      key,
      region,
      columns: tapTable(resampling.columns, left, PIXEL_BYTES, 1),
      rows: tapTable(resampling.rows, top, 1, 2),
    };
    const { taps } = this.#memory;
    new Int32Array(this.#buffer, taps, this.#taps.columns.length).set(this.#taps.columns);
    new Int32Array(this.#buffer, taps + this.#taps.columns.byteLength, this.#taps.rows.length).set(this.#taps.rows);
    return this.#taps;
  }

  /** Writes the weights of `toLuma`, in the order of a pixel's bytes. */
  #writeLuma({ order }: PixelSource): void {
    const luma = [...(order === 'bgra' ? LUMA.toReversed() : LUMA), 0];
    new Int16Array(this.#buffer, this.#memory.vectors + 2 * VECTOR_BYTES, 8).set([...luma, ...luma]);
  }

  #writeParameters({ region, columns }: PictureTaps, source: PixelSource): void {
    const { order } = source;
    if (this.#preprocessing.channels === 'gray') this.#writeLuma(source);
    const { struct, vectors, taps, pixels, rows, sums } = this.#memory;
    const { width, height, channels } = this.#preprocessing;
    const isGray = channels === 'gray';
    const isReversed = !isGray && (order === 'bgra') !== (channels === 'bgr');
    // The place of each of the network's channels in a pixel.
    const places = isGray ? [0] : isReversed ? [2, 1, 0] : [0, 1, 2];
    const means = [0, 0, 0, 0];
    for (const [channel, place] of places.entries()) means[place] = this.#means[channel] as number;
    const bytes = [...places, ...places.map((place) => place + 4)].flatMap((place) => [2 * place, 2 * place + 1]);
    new Int16Array(this.#buffer, vectors, 8).set([...means, ...means]);
    new Uint8Array(this.#buffer, vectors + VECTOR_BYTES, VECTOR_BYTES).fill(255).set(bytes);
    const words = structWords(PICTURE_RESAMPLING, {
      pixels,
      pixelStride: region.width * PIXEL_BYTES,
      columnTaps: taps,
      rows,
      rowTaps: taps + columns.byteLength,
      sums,
      width,
      height,
      means: vectors,
      channels: vectors + VECTOR_BYTES,
      pairBytes: bytes.length,
      output: this.#output,
    });
    new Int32Array(this.#buffer, struct, words.length).set(words);
  }

  /** Writes bytes to the input. */
  #writePixels(pixels: Uint8Array): void {
    const input = new Int16Array(this.#buffer, this.#output, pixels.length);
    const channels = this.#means.length;
    for (const [channel, mean] of this.#means.entries()) {
      for (let index = channel; index < pixels.length; index += channels) {
        input[index] = (pixels[index] as number) - mean;
      }
    }
  }
}

/** Returns taps over columns counted from the other edge. */
function mirrored({ first, coefficients }: FilterTaps, width: number): FilterTaps {
  return { first: width - first - coefficients.length, coefficients: coefficients.toReversed() };
}

/**
 * Returns a table for the kernels: for each output, the offset of its first input, the number of pairs of inputs, and a
 * word of two coefficients for each pair.
 * @param origin the input at offset 0.
 * @param unit offset from one input to the next.
 * @param alignment the number that the first input's distance from the origin is a multiple of.
 */
function tapTable(taps: readonly FilterTaps[], origin: number, unit: number, alignment: 1 | 2): Int32Array {
  const words: number[] = [];
  for (const { first, coefficients } of taps) {
    const skipped = (first - origin) % alignment;
    const pairs = Math.ceil((skipped + coefficients.length) / 2);
    words.push((first - origin - skipped) * unit, pairs);
    for (let index = -skipped; index < 2 * pairs - skipped; index += 2) {
      words.push((coefficients[index] ?? 0) | ((coefficients[index + 1] ?? 0) << 16));
    }
  }
  return Int32Array.from(words);
}
