import { COEFFICIENT_BITS, type FilterTaps, filterTaps, ONE } from './filter-taps.ts';
import type { Size } from './picture.ts';
import type { Resampling } from './resampling.ts';
import type { PixelRegion } from './view.ts';

/**
 * Resizes bytes with a triangle filter: first along rows, then along columns. Each pass rounds to bytes, and all
 * arithmetic is in 32-bit integers.
 * @param pixels height × width × channels, interleaved.
 */
export function resize(pixels: Uint8Array, channels: number, from: Size, to: Size): Uint8Array {
  const resampling = { columns: filterTaps(from.width, to.width), rows: filterTaps(from.height, to.height) };
  return resample(pixels, channels, { left: 0, top: 0, ...from }, resampling);
}

/**
 * Resamples bytes as `resize` does.
 * @param pixels the part of a picture that the resampling reads: height × width × channels, interleaved.
 * @param part where that part is.
 */
export function resample(
  pixels: Uint8Array,
  channels: number,
  part: PixelRegion,
  { columns, rows }: Resampling,
): Uint8Array {
  const resampled = resampleRows(pixels, channels, part, columns);
  return resampleColumns(resampled, columns.length * channels, part.top, rows);
}

function resampleRows(
  input: Uint8Array,
  channels: number,
  { left, width, height }: PixelRegion,
  taps: readonly FilterTaps[],
): Uint8Array {
  const output = new Uint8Array(height * taps.length * channels);
  for (let y = 0; y < height; y++) {
    for (const [x, { first, coefficients }] of taps.entries()) {
      const start = (y * width + first - left) * channels;
      for (let channel = 0; channel < channels; channel++) {
        let sum = ONE / 2;
        for (let index = 0; index < coefficients.length; index++) {
          sum += (coefficients[index] as number) * (input[start + index * channels + channel] as number);
        }
        output[(y * taps.length + x) * channels + channel] = sum >> COEFFICIENT_BITS;
      }
    }
  }
  return output;
}

function resampleColumns(input: Uint8Array, rowBytes: number, top: number, taps: readonly FilterTaps[]): Uint8Array {
  const output = new Uint8Array(taps.length * rowBytes);
  for (const [y, { first, coefficients }] of taps.entries()) {
    const start = (first - top) * rowBytes;
    for (let place = 0; place < rowBytes; place++) {
      let sum = ONE / 2;
      for (let index = 0; index < coefficients.length; index++) {
        sum += (coefficients[index] as number) * (input[start + index * rowBytes + place] as number);
      }
      output[y * rowBytes + place] = sum >> COEFFICIENT_BITS;
    }
  }
  return output;
}
