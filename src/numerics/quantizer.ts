/** The half-wave Gaussian quantizer (paper, section 3.2; Caffe layer `Quant`, `forward_func: "hwgq"`). */
export interface HwgqQuantizer {
  readonly kind: 'hwgq';
  /** The positive levels, increasing. The lowest level is 0, or `-negativeSlope` if that is not 0. */
  readonly centers: readonly number[];
  readonly negativeSlope: number;
}

/** The sign function: +1 if x >= 0, otherwise -1. */
export interface SignQuantizer {
  readonly kind: 'sign';
}

/** A forward function of the `Quant` layer with discrete levels. */
export type LevelQuantizer = HwgqQuantizer | SignQuantizer;

/** A forward function of Caffe's `Quant` layer. `relu` and `hard_tanh` are ordinary float functions. */
export type Quantizer =
  | LevelQuantizer
  | { readonly kind: 'relu'; readonly negativeSlope: number }
  | { readonly kind: 'hard_tanh' };

/** The largest distance of a center from an integer multiple of the first center, relative to the first center. */
const MULTIPLE_TOLERANCE = 1e-6;

export function isLevelQuantizer(quantizer: Quantizer): quantizer is LevelQuantizer {
  return quantizer.kind === 'hwgq' || quantizer.kind === 'sign';
}

/** Returns the integers k with centers = k * first center, or undefined if a center is not such a multiple. */
function integerMultiples(centers: readonly number[]): number[] | undefined {
  const step = centers[0];
  if (step === undefined) return undefined;
  const multiples: number[] = [];
  for (const center of centers) {
    const multiple = Math.round(center / step);
    if (Math.abs(center - multiple * step) > MULTIPLE_TOLERANCE * step) return undefined;
    multiples.push(multiple);
  }
  return multiples;
}

/** Returns the levels of a quantizer, lowest first. A code is an index into them. */
export function quantizerLevels(quantizer: LevelQuantizer): Float64Array {
  if (quantizer.kind === 'sign') return Float64Array.of(-1, 1);
  const { centers, negativeSlope } = quantizer;
  const step = centers[0] ?? 0;
  const multiples = integerMultiples(centers);
  const positive = multiples ? multiples.map((multiple) => multiple * step) : centers;
  return Float64Array.of(negativeSlope === 0 ? 0 : -negativeSlope, ...positive);
}

/**
 * Returns the boundaries between neighbouring levels, in the input's units. The code of x is the number of boundaries
 * that x exceeds (hwgq), or that it equals or exceeds (sign).
 */
export function quantizerThresholds(quantizer: LevelQuantizer): Float64Array {
  if (quantizer.kind === 'sign') return Float64Array.of(0);
  const { centers } = quantizer;
  const between = centers.slice(1).map((center, index) => ((centers[index] ?? 0) + center) / 2);
  return Float64Array.of(0, ...between);
}

/** Whether x passes a threshold that it equals. */
export function thresholdsAreInclusive(quantizer: LevelQuantizer): boolean {
  return quantizer.kind === 'sign';
}
