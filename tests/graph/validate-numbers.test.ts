import { expect, it } from 'vitest';
import type { Graph, Layer } from '../../src/graph/graph.ts';
import { validateNumbers } from '../../src/graph/validate-numbers.ts';
import type { Weights } from '../../src/graph/weights.ts';
import { smallGraph } from '../support/small-graph.ts';

const base = { name: 'layer', inputs: ['data'], blob: 'layer' };
const graphOf = (layer: Layer): Graph => ({ name: '', input: { name: 'data', shape: [2] }, layers: [layer] });
const weighted = (weights: Weights, bias = 0): Layer => ({
  ...base,
  type: 'innerProduct',
  outputs: 1,
  weights,
  bias: Float32Array.of(bias),
});
const float32 = (...values: number[]): Weights => ({ form: 'float32', values: Float32Array.from(values) });
const norm = (mean: number, variance: number, factor = 1, epsilon = 1e-5): Layer => ({
  ...base,
  type: 'batchNorm',
  meanSums: Float32Array.of(0, mean),
  varianceSums: Float32Array.of(1, variance),
  factor,
  epsilon,
});
const quant = (negativeSlope: number, ...centers: number[]): Layer => ({
  ...base,
  type: 'quant',
  quantizer: { kind: 'hwgq', centers, negativeSlope },
});
const lrn = (size: number, alpha = 1, beta = 0.75, k = 1): Layer => ({ ...base, type: 'lrn', size, alpha, beta, k });

it.each<[string, Layer, RegExp]>([
  ['a weight that is not a number', weighted(float32(1, Number.NaN)), /weight NaN \(number 1\).*finite/],
  ['an infinite weight', weighted(float32(Number.NEGATIVE_INFINITY, 1)), /weight -Infinity/],
  ['an infinite bias', weighted(float32(1, 1), Number.POSITIVE_INFINITY), /bias Infinity/],
  [
    'a half-precision NaN',
    weighted({ form: 'float16', values: Uint16Array.of(0, 0x7e00) }),
    /infinite or NaN \(number 1\)/,
  ],
  [
    'a fixed-point scale that is not a number',
    weighted({ form: 'int8', values: Int8Array.of(1, 2), scale: Float32Array.of(Number.NaN) }),
    /scale NaN/,
  ],
  [
    'a fixed-point weight out of range',
    weighted({ form: 'fixed13', values: Int16Array.of(1, -4096), scale: Float32Array.of(1) }),
    /weight -4096.*4095/,
  ],
  [
    'an alpha that is not a number',
    weighted({ form: 'binary', signs: Uint8Array.of(0), count: 2, alpha: Float64Array.of(Number.NaN) }),
    /alpha NaN/,
  ],
  ['a mean that is not a number', norm(Number.NaN, 1), /mean NaN/],
  ['a variance below −epsilon', norm(0, -2), /variance -2 in channel 1.*negative.*epsilon/],
  ['a negative factor, which makes variances negative', norm(0, 1, -1), /variance -1/],
  ['a factor so small that means overflow', norm(1e38, 1, 1e-300), /mean Infinity/],
  ['a factor that is not a number', norm(0, 1, Number.NaN), /factor NaN/],
  ['an epsilon that is not a number', norm(0, 1, 1, Number.NaN), /epsilon NaN/],
  ['no deviation to divide by', norm(0, 0, 1, 0), /variance 0/],
  ['a factor of a Scale', { ...base, type: 'scale', gamma: Float32Array.of(1, Number.NaN) }, /factor NaN/],
  ['centers that are too close', quant(0, 1e-30, 1), /levels 0, 1e-30, 1.*rise/],
  ['centers that are not in order', quant(0, 2, 1), /levels 0, 2, 1/],
  ['a center of 0', quant(0, 0, 1), /levels 0, 0, 1/],
  ['an infinite center', quant(0, 1, Number.POSITIVE_INFINITY), /center Infinity/],
  ['a lowest level above the others', quant(-3, 1, 2), /levels 3, 1, 2/],
  ['an even size of an LRN', lrn(4), /size 4.*odd/],
  ['a k of 0', lrn(5, 1, 0.75, 0), /k 0.*positive/],
  ['a negative alpha', lrn(5, -1), /alpha -1/],
  [
    'coefficients of a product',
    { ...base, type: 'eltwise', operation: 'product', coefficients: [2] },
    /coefficients.*only sums/,
  ],
  [
    'an infinite coefficient',
    { ...base, type: 'eltwise', operation: 'sum', coefficients: [Number.NaN] },
    /coefficient NaN/,
  ],
  ['a slope that is not a number', { ...base, type: 'relu', negativeSlope: Number.NaN }, /slope NaN/],
])('refuses %s', (_, layer, message) => {
  expect(() => validateNumbers(graphOf(layer))).toThrow(
    expect.objectContaining({
      code: 'invalid-graph',
      details: { layer: 'layer' },
      message: expect.stringMatching(message),
    }),
  );
});

it('accepts ordinary parameters, and a variance of 0 beside an epsilon', () => {
  validateNumbers(smallGraph(1));
  validateNumbers(graphOf(norm(0, 0)));
  validateNumbers(graphOf(norm(0, -1e-6)));
  validateNumbers(graphOf(quant(0.25, 0.538, 1.076, 1.614)));
});
