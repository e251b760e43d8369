import { COEFFICIENT_BITS } from './constants';

/** Half of 1 as a coefficient, added before a sum is shifted to a byte. */
const HALF: i32 = 1 << (COEFFICIENT_BITS - 1);

/**
 * Parameters of the resampling of a picture. Pixels have four bytes; the fourth is not used. A table of taps holds, for
 * each output, an offset to its first input, a number of pairs of inputs, and the coefficients of each pair, in one word.
 */
@unmanaged
class PictureResampling {
  /** Pixels of the picture, row by row. */
  pixels: usize = 0;
  /** Bytes from one row of pixels to the next. */
  pixelStride: i32 = 0;
  /** Taps of the output columns, with offsets in bytes. */
  columnTaps: usize = 0;
  /** Rows of the picture at the output's width. */
  rows: usize = 0;
  /** Taps of the output rows, with offsets in rows, which are even. */
  rowTaps: usize = 0;
  /** Two rows of 32-bit sums, of output rows that need further input. */
  sums: usize = 0;
  width: i32 = 0;
  height: i32 = 0;
  /** Means of two pixels, as eight 16-bit integers. */
  means: usize = 0;
  /** Byte indices that pick the output's channels out of two such pixels. */
  channels: usize = 0;
  /** Bytes of two pixels of the output. */
  pairBytes: i32 = 0;
  /** 16-bit integers: pixel minus mean. */
  output: usize = 0;
}

/** Returns whether the fourth byte of each pixel is 255. */
export function isOpaque(pixels: usize, bytes: i32): i32 {
  let all = i8x16.splat(-1);
  const end = pixels + <usize>bytes;
  let at = pixels;
  for (; at + 16 <= end; at += 16) all = v128.and(all, v128.load(at));
  for (; at < end; at += 4) all = v128.and(all, v128.load32_splat(at));
  return i8x16.all_true(i8x16.eq(v128.or(all, i32x4.splat(0x00ffffff)), i8x16.splat(-1)));
}

/** Composites pixels with straight alpha on white: round(c · a / 255) + 255 − a. It writes up to 12 bytes beyond the end. */
export function compositeOnWhite(pixels: usize, bytes: i32): void {
  const end = pixels + <usize>bytes;
  for (let at = pixels; at < end; at += 16) {
    const colours = v128.load(at);
    const alphas = i8x16.swizzle(colours, i8x16(3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15));
    const low = divideBy255(i16x8.extmul_low_i8x16_u(colours, alphas));
    const high = divideBy255(i16x8.extmul_high_i8x16_u(colours, alphas));
    v128.store(at, i8x16.add(i8x16.narrow_i16x8_u(low, high), v128.not(alphas)));
  }
}

/** Returns products of two bytes divided by 255, rounded to the nearest integer. */
@inline
function divideBy255(products: v128): v128 {
  const sums = i16x8.add(products, i16x8.splat(128));
  return i16x8.shr_u(i16x8.add(sums, i16x8.shr_u(sums, 8)), 8);
}

/**
 * Replaces the first byte of each pixel with its luma. It writes up to 12 bytes beyond the end.
 * @param weights weights of the bytes of two pixels in 256ths, as eight 16-bit integers.
 */
export function toLuma(pixels: usize, bytes: i32, weights: usize): void {
  const end = pixels + <usize>bytes;
  const factors = v128.load(weights);
  for (let at = pixels; at < end; at += 16) {
    const colours = v128.load(at);
    const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(colours), factors);
    const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(colours), factors);
    const even = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
    const odd = v128.shuffle<i32>(low, high, 1, 3, 5, 7);
    v128.store(at, i32x4.shr_u(i32x4.add(i32x4.add(even, odd), i32x4.splat(128)), 8));
  }
}

/**
 * Resamples rows of pixels to the output's width.
 * @param rows number of rows.
 * @param to address of the rows at the output's width.
 */
export function resampleRows(parameters: usize, rows: i32, to: usize): void {
  const shape = changetype<PictureResampling>(parameters);
  const stride = <usize>shape.pixelStride;
  const outputStride = <usize>(shape.width << 2);
  let from = shape.pixels;
  for (; rows >= 4; rows -= 4) {
    let tap = shape.columnTaps;
    for (let x: usize = 0; x < outputStride; x += 4) {
      let pixels0 = from + <usize>load<u32>(tap);
      let pixels1 = pixels0 + stride;
      let pixels2 = pixels1 + stride;
      let pixels3 = pixels2 + stride;
      const end = tap + 8 + (<usize>load<u32>(tap, 4) << 2);
      let sum0 = i32x4.splat(HALF);
      let sum1 = sum0;
      let sum2 = sum0;
      let sum3 = sum0;
      for (tap += 8; tap < end; tap += 4) {
        const coefficients = v128.load32_splat(tap);
        sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(pixelPair(pixels0), coefficients));
        sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(pixelPair(pixels1), coefficients));
        sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(pixelPair(pixels2), coefficients));
        sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(pixelPair(pixels3), coefficients));
        pixels0 += 8;
        pixels1 += 8;
        pixels2 += 8;
        pixels3 += 8;
      }
      const bytes = i8x16.narrow_i16x8_u(toIntegers(sum0, sum1), toIntegers(sum2, sum3));
      const output = to + x;
      v128.store32_lane(output, bytes, 0);
      v128.store32_lane(output + outputStride, bytes, 1);
      v128.store32_lane(output + 2 * outputStride, bytes, 2);
      v128.store32_lane(output + 3 * outputStride, bytes, 3);
    }
    from += 4 * stride;
    to += 4 * outputStride;
  }
  for (; rows > 0; rows--) {
    let tap = shape.columnTaps;
    for (let x: usize = 0; x < outputStride; x += 4) {
      let pixels = from + <usize>load<u32>(tap);
      const end = tap + 8 + (<usize>load<u32>(tap, 4) << 2);
      let sum = i32x4.splat(HALF);
      for (tap += 8; tap < end; tap += 4) {
        sum = i32x4.add(sum, i32x4.dot_i16x8_s(pixelPair(pixels), v128.load32_splat(tap)));
        pixels += 8;
      }
      const integers = toIntegers(sum, sum);
      v128.store32_lane(to + x, i8x16.narrow_i16x8_u(integers, integers), 0);
    }
    from += stride;
    to += outputStride;
  }
}

/** Loads two pixels as 16-bit integers: the first byte of both, the second byte of both, and so on. */
@inline
function pixelPair(at: usize): v128 {
  return i8x16.swizzle(v128.load64_zero(at), i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1));
}

/** Returns the integers of eight sums of products with coefficients. */
@inline
function toIntegers(low: v128, high: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(low, COEFFICIENT_BITS), i32x4.shr_s(high, COEFFICIENT_BITS));
}

/**
 * Resamples rows at the output's width along y, subtracts the means, and writes the output rows that are complete. The
 * sums of at most two output rows that need further rows are kept. It may read a row beyond the end, and write 16 bytes
 * beyond the output.
 * @param first index of the first row in memory, even.
 * @param end index of the end of the rows, even unless it is the end of the picture.
 */
export function resampleColumns(parameters: usize, first: i32, end: i32): void {
  const shape = changetype<PictureResampling>(parameters);
  const stride = <usize>(shape.width << 2);
  const means = v128.load(shape.means);
  const channels = v128.load(shape.channels);
  const pairBytes = <usize>shape.pairBytes;
  const lastPair = (end + 1) >> 1;
  const firstPair = first >> 1;
  let tap = shape.rowTaps;
  for (let y = 0; y < shape.height; y++) {
    const start = <i32>load<u32>(tap) >> 1;
    const stop = start + <i32>load<u32>(tap, 4);
    const coefficients = tap + 8;
    tap = coefficients + (<usize>(stop - start) << 2);
    const from = max(start, firstPair);
    const to = min(stop, lastPair);
    if (from >= to) continue;
    const isFirst = from === start;
    const isLast = to === stop;
    const firstTap = coefficients + (<usize>(from - start) << 2);
    const endTap = coefficients + (<usize>(to - start) << 2);
    let rows = shape.rows + <usize>(2 * (from - firstPair)) * stride;
    let sums = shape.sums + (<usize>(y & 1) * ((stride + 15) & ~15) << 2);
    let output = shape.output + <usize>(y * ((shape.width * shape.pairBytes) >> 1));
    for (let x: usize = 0; x < stride; x += 16) {
      let a = isFirst ? i32x4.splat(HALF) : v128.load(sums);
      let b = isFirst ? i32x4.splat(HALF) : v128.load(sums, 16);
      let c = isFirst ? i32x4.splat(HALF) : v128.load(sums, 32);
      let d = isFirst ? i32x4.splat(HALF) : v128.load(sums, 48);
      let at = rows + x;
      for (let pair = firstTap; pair < endTap; pair += 4) {
        const both = v128.load32_splat(pair);
        const even = v128.load(at);
        const odd = v128.load(at + stride);
        const low = i8x16.shuffle(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const high = i8x16.shuffle(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        a = i32x4.add(a, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(low), both));
        b = i32x4.add(b, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(low), both));
        c = i32x4.add(c, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(high), both));
        d = i32x4.add(d, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(high), both));
        at += 2 * stride;
      }
      if (isLast) {
        v128.store(output, i8x16.swizzle(i16x8.sub(toIntegers(a, b), means), channels));
        v128.store(output + pairBytes, i8x16.swizzle(i16x8.sub(toIntegers(c, d), means), channels));
        output += 2 * pairBytes;
      } else {
        v128.store(sums, a);
        v128.store(sums, b, 16);
        v128.store(sums, c, 32);
        v128.store(sums, d, 48);
      }
      sums += 64;
    }
  }
}
