import { float16ToFloat32 } from '../numerics/float16.ts';
import { signBitAt } from '../numerics/signs.ts';

/**
 * The weights of a convolution or fully connected layer, in one of the forms that a model stores.
 * The layout is Caffe's: [outputs][inputs / group][kernel height][kernel width].
 */
export type Weights =
  | { readonly form: 'float32'; readonly values: Float32Array }
  /** The bits of IEEE 754 half-precision numbers. */
  | { readonly form: 'float16'; readonly values: Uint16Array }
  /** Integers times one scale for each filter: |value| <= 127 (int8) or <= 4095 (fixed13). */
  | { readonly form: 'int8'; readonly values: Int8Array; readonly scale: Float32Array }
  | { readonly form: 'fixed13'; readonly values: Int16Array; readonly scale: Float32Array }
  /** One sign for each weight (numerics/signs.ts), times one alpha for each filter (paper, section 3.1). */
  | { readonly form: 'binary'; readonly signs: Uint8Array; readonly count: number; readonly alpha: Float64Array }
  /** Latent float weights, binarized at run time: sign(w) · alpha, with alpha = mean |w| or 1. */
  | { readonly form: 'latent'; readonly values: Float32Array; readonly useAlpha: boolean };

export type WeightForm = Weights['form'];

/** Returns the number of weights. */
export function weightCount(weights: Weights): number {
  return weights.form === 'binary' ? weights.count : weights.values.length;
}

/** Returns the alpha of each filter of latent weights: mean |w| in float64, or 1 if the layer does not use alpha. */
export function latentAlpha(values: Float32Array, outputs: number, useAlpha: boolean): Float64Array {
  const alpha = new Float64Array(outputs).fill(1);
  if (!useAlpha) return alpha;
  const size = values.length / outputs;
  for (let output = 0; output < outputs; output++) {
    let sum = 0;
    for (let index = output * size; index < (output + 1) * size; index++) sum += Math.abs(values[index] ?? 0);
    alpha[output] = sum / size;
  }
  return alpha;
}

/**
 * Returns one filter without its scale: binary weights as +1 and −1, fixed-point weights as integers.
 * Multiplied by `filterScales`, they are the real weights.
 */
export function filterValues(weights: Weights, outputs: number, output: number): Float64Array {
  const size = weightCount(weights) / outputs;
  const start = output * size;
  const filter = new Float64Array(size);
  switch (weights.form) {
    case 'float16':
      for (let i = 0; i < size; i++) filter[i] = float16ToFloat32(weights.values[start + i] ?? 0);
      break;
    case 'binary':
      for (let i = 0; i < size; i++) filter[i] = signBitAt(weights.signs, start + i) ? 1 : -1;
      break;
    case 'latent':
      for (let i = 0; i < size; i++) filter[i] = (weights.values[start + i] ?? 0) >= 0 ? 1 : -1;
      break;
    default:
      filter.set(weights.values.subarray(start, start + size));
  }
  return filter;
}

/** Returns the float64 scale of each filter. */
export function filterScales(weights: Weights, outputs: number): Float64Array {
  switch (weights.form) {
    case 'binary':
      return weights.alpha;
    case 'latent':
      return latentAlpha(weights.values, outputs, weights.useAlpha);
    case 'int8':
    case 'fixed13':
      return Float64Array.from(weights.scale);
    default:
      return new Float64Array(outputs).fill(1);
  }
}
