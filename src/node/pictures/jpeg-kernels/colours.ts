// Conversions of a row of samples to RGBA. They may write up to 60 bytes beyond the end of the row.

/** Stores 8 pixels. Each vector has 8 16-bit samples, which may exceed the range of bytes. */
@inline
function storeEight(output: usize, red: v128, green: v128, blue: v128): void {
  const opaque = i16x8.splat(255);
  const rg = i8x16.narrow_i16x8_u(red, green);
  const ba = i8x16.narrow_i16x8_u(blue, opaque);
  v128.store(output, v128.shuffle<i8>(rg, ba, 0, 8, 16, 24, 1, 9, 17, 25, 2, 10, 18, 26, 3, 11, 19, 27));
  v128.store(output, v128.shuffle<i8>(rg, ba, 4, 12, 20, 28, 5, 13, 21, 29, 6, 14, 22, 30, 7, 15, 23, 31), 16);
}

/** Returns (first · a + second · b + 2^15) >> 16 for 8 pixels, from pairs of factors. */
@inline
function weighted(low: v128, high: v128, factors: v128): v128 {
  const half = i32x4.splat(1 << 15);
  return i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(low, factors), half), 16),
    i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(high, factors), half), 16),
  );
}

// The colours of the last 8 pixels that `convertEight` converted.
let red: v128, green: v128, blue: v128;

/** Converts 8 pixels from YCbCr, as libjpeg does: with constants in 65536ths, of which multiples of 1 are added apart. */
@inline
function convertEight(y: usize, cb: usize, cr: usize): void {
  const center = i16x8.splat(128);
  const luma = v128.load8x8_u(y);
  const b = i16x8.sub(v128.load8x8_u(cb), center);
  const r = i16x8.sub(v128.load8x8_u(cr), center);
  const low = v128.shuffle<i16>(b, r, 0, 8, 1, 9, 2, 10, 3, 11);
  const high = v128.shuffle<i16>(b, r, 4, 12, 5, 13, 6, 14, 7, 15);
  // 1.402, 1.772, and -0.34414 and -0.71414.
  red = i16x8.add(i16x8.add(luma, r), weighted(low, high, i16x8(0, 26345, 0, 26345, 0, 26345, 0, 26345)));
  blue = i16x8.add(
    i16x8.add(luma, i16x8.add(b, b)),
    weighted(low, high, i16x8(-14942, 0, -14942, 0, -14942, 0, -14942, 0)),
  );
  green = i16x8.add(
    i16x8.sub(luma, r),
    weighted(low, high, i16x8(-22554, 18734, -22554, 18734, -22554, 18734, -22554, 18734)),
  );
}

export function yccToRgba(y: usize, cb: usize, cr: usize, output: usize, width: i32): void {
  for (let x: usize = 0; x < <usize>width; x += 8) {
    convertEight(y + x, cb + x, cr + x);
    storeEight(output + 4 * x, red, green, blue);
  }
}

export function rgbToRgba(r: usize, g: usize, b: usize, output: usize, width: i32): void {
  for (let x: usize = 0; x < <usize>width; x += 8) {
    storeEight(output + 4 * x, v128.load8x8_u(r + x), v128.load8x8_u(g + x), v128.load8x8_u(b + x));
  }
}

export function grayToRgba(gray: usize, output: usize, width: i32): void {
  for (let x: usize = 0; x < <usize>width; x += 8) {
    const samples = v128.load8x8_u(gray + x);
    storeEight(output + 4 * x, samples, samples, samples);
  }
}

/** Converts inverted CMYK, in which 255 is no ink, as all programs write it. */
export function cmykToRgba(c: usize, m: usize, y: usize, k: usize, output: usize, width: i32): void {
  for (let x = 0; x < width; x++) {
    storeCmyk(output + 4 * x, load<u8>(c + x), load<u8>(m + x), load<u8>(y + x), load<u8>(k + x));
  }
}

/** Converts inverted CMYK whose inks are coded as YCbCr. */
export function ycckToRgba(y: usize, cb: usize, cr: usize, k: usize, output: usize, width: i32): void {
  const zero = i16x8.splat(0);
  const full = i16x8.splat(255);
  for (let x: usize = 0; x < <usize>width; x += 8) {
    convertEight(y + x, cb + x, cr + x);
    red = i16x8.sub(full, i16x8.max_s(zero, i16x8.min_s(full, red)));
    green = i16x8.sub(full, i16x8.max_s(zero, i16x8.min_s(full, green)));
    blue = i16x8.sub(full, i16x8.max_s(zero, i16x8.min_s(full, blue)));
    storeEight(output + 4 * x, red, green, blue);
    for (let pixel: usize = 0; pixel < 8; pixel++) {
      const at = output + 4 * (x + pixel);
      storeCmyk(at, load<u8>(at), load<u8>(at, 1), load<u8>(at, 2), load<u8>(k + x + pixel));
    }
  }
}

@inline
function storeCmyk(output: usize, c: u32, m: u32, y: u32, k: u32): void {
  const pixel = ((c * k) / 255) | (((m * k) / 255) << 8) | (((y * k) / 255) << 16) | 0xff000000;
  store<u32>(output, pixel);
}
