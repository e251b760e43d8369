/** The number of fraction bits of a coefficient. */
export const COEFFICIENT_BITS = 14;
/** 1 as a coefficient. */
export const ONE = 1 << COEFFICIENT_BITS;

/** The taps of a resampling filter for one output: the first input, and integer coefficients that sum to 2^14. */
export interface FilterTaps {
  readonly first: number;
  readonly coefficients: Int32Array;
}

/** Returns the taps that copy one input. */
export function identityTaps(first: number): FilterTaps {
  return { first, coefficients: Int32Array.of(ONE) };
}

/**
 * Returns the taps of a triangle filter along one axis, one for each output. The triangle extends one input pixel to each
 * side, or one output pixel if the picture shrinks, so that every pixel is used.
 */
export function filterTaps(from: number, to: number): FilterTaps[] {
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
    // The largest coefficient absorbs the rounding error of the others.
    // Pictures may have too many weights to spread them into the arguments of Math.max.
    const largest = weights.indexOf(weights.reduce((most, weight) => Math.max(most, weight), 0));
    const missing = ONE - coefficients.reduce((total, coefficient) => total + coefficient, 0);
    coefficients[largest] = (coefficients[largest] as number) + missing;
    return { first, coefficients };
  });
}
