/** Half-wave Gaussian quantizer (paper, section 3.2; Caffe layer `Quant`, `forward_func: "hwgq"`). */
export interface HwgqQuantizer {
  readonly kind: 'hwgq';
  /** Positive levels, increasing; the lowest level is 0, or `-negativeSlope`. */
  readonly centers: readonly number[];
  readonly negativeSlope: number;
}

/** +1 where x >= 0, else -1. */
export interface SignQuantizer {
  readonly kind: 'sign';
}

/** The `Quant` forwards that make discrete levels. */
export type LevelQuantizer = HwgqQuantizer | SignQuantizer;

/** All forwards of Caffe's `Quant` layer; `relu` and `hard_tanh` are ordinary float functions. */
export type Quantizer =
  | LevelQuantizer
  | { readonly kind: 'relu'; readonly negativeSlope: number }
  | { readonly kind: 'hard_tanh' };

/** How far a center may be from a whole multiple of the first and still count as one, relative to the first. */
const MULTIPLE_TOLERANCE = 1e-6;

export function isLevelQuantizer(quantizer: Quantizer): quantizer is LevelQuantizer {
  return quantizer.kind === 'hwgq' || quantizer.kind === 'sign';
}

/** The whole numbers k with centers = k * first center, or undefined where some center is no such multiple. */
export function integerMultiples(centers: readonly number[]): number[] | undefined {
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

/** The values a quantizer can give, lowest first; a code is an index into them. */
export function quantizerLevels(quantizer: LevelQuantizer): Float64Array {
  if (quantizer.kind === 'sign') return Float64Array.of(-1, 1);
  const { centers, negativeSlope } = quantizer;
  const step = centers[0] ?? 0;
  const multiples = integerMultiples(centers);
  const positive = multiples ? multiples.map((multiple) => multiple * step) : centers;
  return Float64Array.of(negativeSlope === 0 ? 0 : -negativeSlope, ...positive);
}

/**
 * The boundaries between neighbouring levels, in the input's units: code = how many of them x exceeds (hwgq) or
 * at least reaches (sign).
 */
export function quantizerThresholds(quantizer: LevelQuantizer): Float64Array {
  if (quantizer.kind === 'sign') return Float64Array.of(0);
  const { centers } = quantizer;
  const between = centers.slice(1).map((center, index) => ((centers[index] ?? 0) + center) / 2);
  return Float64Array.of(0, ...between);
}

/** Whether x may equal a threshold and still pass it. */
export function thresholdsAreInclusive(quantizer: LevelQuantizer): boolean {
  return quantizer.kind === 'sign';
}
