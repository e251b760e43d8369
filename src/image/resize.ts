/** Fractional bits of a resampling coefficient. */
const COEFFICIENT_BITS = 14;
const ONE = 1 << COEFFICIENT_BITS;

/** Which inputs make one output, and by how much: whole coefficients that sum to 2^14. */
export interface Tap {
  readonly first: number;
  readonly coefficients: Int32Array;
}

/** One input taken as it is. */
export function wholeTap(first: number): Tap {
  return { first, coefficients: Int32Array.of(ONE) };
}

/**
 * Coefficients of a triangle filter along one axis. The triangle is one input pixel wide to each side, or one output
 * pixel where the picture shrinks, so that no pixel is left out.
 */
export function resampleTaps(from: number, to: number): Tap[] {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, output) => {
    const center = (output + 0.5) * scale;
    const first = Math.max(0, Math.floor(center - reach));
    const end = Math.min(from, Math.ceil(center + reach));
    const weights = Array.from({ length: end - first }, (_, index) =>
      Math.max(0, 1 - Math.abs(first + index + 0.5 - center) / reach),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const coefficients = Int32Array.from(weights, (weight) => Math.round((weight / sum) * ONE));
    const largest = weights.indexOf(Math.max(...weights));
    const missing = ONE - coefficients.reduce((total, coefficient) => total + coefficient, 0);
    coefficients[largest] = (coefficients[largest] as number) + missing;
    return { first, coefficients };
  });
}

/**
 * Resizes planes of bytes, rows first, each pass rounded to bytes, all in 32-bit whole numbers.
 * @param planes planar, `count` planes of height × width.
 */
export function resize(
  planes: Uint8Array,
  count: number,
  from: { readonly width: number; readonly height: number },
  to: { readonly width: number; readonly height: number },
): Uint8Array {
  const rows = from.width === to.width ? planes : resampleRows(planes, count * from.height, from.width, to.width);
  return from.height === to.height ? rows : resampleColumns(rows, count, to.width, from.height, to.height);
}

function resampleRows(input: Uint8Array, rows: number, from: number, to: number): Uint8Array {
  const taps = resampleTaps(from, to);
  const output = new Uint8Array(rows * to);
  for (let row = 0; row < rows; row++) {
    for (const [x, { first, coefficients }] of taps.entries()) {
      let sum = ONE / 2;
      for (let index = 0; index < coefficients.length; index++) {
        sum += (coefficients[index] as number) * (input[row * from + first + index] as number);
      }
      output[row * to + x] = sum >> COEFFICIENT_BITS;
    }
  }
  return output;
}

function resampleColumns(input: Uint8Array, count: number, width: number, from: number, to: number): Uint8Array {
  const taps = resampleTaps(from, to);
  const output = new Uint8Array(count * to * width);
  for (let plane = 0; plane < count; plane++) {
    for (const [y, { first, coefficients }] of taps.entries()) {
      for (let x = 0; x < width; x++) {
        let sum = ONE / 2;
        for (let index = 0; index < coefficients.length; index++) {
          sum += (coefficients[index] as number) * (input[(plane * from + first + index) * width + x] as number);
        }
        output[(plane * to + y) * width + x] = sum >> COEFFICIENT_BITS;
      }
    }
  }
  return output;
}
