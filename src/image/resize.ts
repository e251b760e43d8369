import { COEFFICIENT_BITS, type FilterTaps, filterTaps, ONE } from './filter-taps.ts';

/** The size of a picture, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Resizes bytes with a triangle filter: first along rows, then along columns. Each pass rounds to bytes, and all
 * arithmetic is in 32-bit integers.
 * @param pixels height × width × channels, interleaved.
 */
export function resize(pixels: Uint8Array, channels: number, from: Size, to: Size): Uint8Array {
  const rows =
    from.width === to.width
      ? pixels
      : resampleRows(pixels, channels, from.height, from.width, filterTaps(from.width, to.width));
  if (from.height === to.height) return rows;
  return resampleColumns(rows, to.width * channels, filterTaps(from.height, to.height));
}

function resampleRows(
  input: Uint8Array,
  channels: number,
  height: number,
  from: number,
  taps: readonly FilterTaps[],
): Uint8Array {
  const output = new Uint8Array(height * taps.length * channels);
  for (let y = 0; y < height; y++) {
    for (const [x, { first, coefficients }] of taps.entries()) {
      const start = (y * from + first) * channels;
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

function resampleColumns(input: Uint8Array, rowBytes: number, taps: readonly FilterTaps[]): Uint8Array {
  const output = new Uint8Array(taps.length * rowBytes);
  for (const [y, { first, coefficients }] of taps.entries()) {
    for (let place = 0; place < rowBytes; place++) {
      let sum = ONE / 2;
      for (let index = 0; index < coefficients.length; index++) {
        sum += (coefficients[index] as number) * (input[(first + index) * rowBytes + place] as number);
      }
      output[y * rowBytes + place] = sum >> COEFFICIENT_BITS;
    }
  }
  return output;
}
