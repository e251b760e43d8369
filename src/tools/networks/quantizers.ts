import type { Quantizer } from '../../numerics/quantizer.ts';

/** The paper's quantizer (section 3.2): half-wave rectified, with four levels that are optimal for a standard Gaussian. */
export const HWGQ: Quantizer = hwgq(0.538, 1.076, 1.614);

/** Ablation: two positive levels that are not multiples of each other. */
export const TWO_CENTERS: Quantizer = hwgq(0.453, 1.51);

/** Ablation: sign activations, one bit. */
export const SIGN: Quantizer = { kind: 'sign' };

function hwgq(...centers: number[]): Quantizer {
  return { kind: 'hwgq', centers: centers.map(Math.fround), negativeSlope: 0 };
}
