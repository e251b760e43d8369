import { HwgqError } from '../errors.ts';
import type { HwgqQuantizer } from '../numerics/quantizer.ts';
import { batchNormStatistics } from './batch-norm.ts';
import type { BatchNormLayer, Graph, Layer } from './graph.ts';
import type { Weights } from './weights.ts';

/** The bits of an exponent that infinities and NaN have. */
const FLOAT32_EXPONENT = 0x7f800000;
const FLOAT16_EXPONENT = 0x7c00;

/**
 * The smallest distance between levels of a quantizer, relative to the largest level. Sums of levels are counted in
 * multiples of the smallest one, and closer levels would make them inexact.
 */
const CLOSEST_LEVELS = 2 ** -20;

/**
 * Checks that every parameter of a graph is a number that can be computed with: weights and statistics are finite, and
 * the parameters of each layer type are in the range that Caffe accepts.
 * @throws HwgqError `invalid-graph`, naming the layer, the value and the range.
 */
export function validateNumbers(graph: Graph): void {
  for (const layer of graph.layers) checkLayer(layer);
}

function checkLayer(layer: Layer): void {
  switch (layer.type) {
    case 'convolution':
    case 'innerProduct':
      checkWeights(layer, layer.weights);
      expectFinite(layer, 'bias', layer.bias);
      break;
    case 'batchNorm':
      checkBatchNorm(layer);
      break;
    case 'scale':
      expectFinite(layer, 'factor', layer.gamma);
      expectFinite(layer, 'offset', layer.beta);
      break;
    case 'quant': {
      const { quantizer } = layer;
      if (quantizer.kind === 'hwgq') checkLevels(layer, quantizer);
      else if (quantizer.kind === 'relu') expectFinite(layer, 'negative slope', [quantizer.negativeSlope]);
      break;
    }
    case 'relu':
      expectFinite(layer, 'negative slope', [layer.negativeSlope]);
      break;
    case 'eltwise':
      if (layer.coefficients && layer.operation !== 'sum') {
        refuse(layer, 'has coefficients', `which only sums may have. Its operation is '${layer.operation}'`);
      }
      expectFinite(layer, 'coefficient', layer.coefficients);
      break;
    case 'lrn':
      expectFinite(layer, 'parameter', [layer.alpha, layer.beta, layer.k]);
      if (layer.size % 2 !== 1) refuse(layer, `has the size ${layer.size}`, 'which must be odd');
      if (layer.alpha < 0) refuse(layer, `has the alpha ${layer.alpha}`, 'which must not be negative');
      if (layer.k <= 0) refuse(layer, `has the k ${layer.k}`, 'which must be positive');
      break;
  }
}

function checkWeights(layer: Layer, weights: Weights): void {
  switch (weights.form) {
    case 'float32':
    case 'latent':
      expectFinite(layer, 'weight', weights.values);
      break;
    case 'float16': {
      const index = weights.values.findIndex((bits) => (bits & FLOAT16_EXPONENT) === FLOAT16_EXPONENT);
      if (index >= 0) refuse(layer, `has a weight that is infinite or NaN (number ${index})`, 'which must be finite');
      break;
    }
    case 'int8':
      checkIntegers(layer, weights.values, 127, weights.scale);
      break;
    case 'fixed13':
      checkIntegers(layer, weights.values, 4095, weights.scale);
      break;
    case 'binary':
      expectFinite(layer, 'alpha', weights.alpha);
      break;
  }
}

function checkIntegers(layer: Layer, values: Int8Array | Int16Array, largest: number, scale: Float32Array): void {
  const outside = values.find((value) => Math.abs(value) > largest);
  if (outside !== undefined) refuse(layer, `has the weight ${outside}`, `which must be at most ${largest}`);
  expectFinite(layer, 'scale', scale);
}

function checkBatchNorm(layer: BatchNormLayer): void {
  const { factor, epsilon } = layer;
  expectFinite(layer, 'factor', [factor]);
  expectFinite(layer, 'epsilon', [epsilon]);
  expectFinite(layer, 'mean', layer.meanSums);
  expectFinite(layer, 'variance', layer.varianceSums);
  const { mean, variance } = batchNormStatistics(layer);
  expectFinite(layer, 'mean', mean);
  expectFinite(layer, 'variance', variance);
  for (const [channel, value] of variance.entries()) {
    if (value + epsilon > 0) continue;
    refuse(layer, `has the variance ${value} in channel ${channel}`, `which must not be negative (epsilon ${epsilon})`);
  }
}

/** Checks that levels rise, and are far enough apart for exact sums. */
function checkLevels(layer: Layer, { centers, negativeSlope }: HwgqQuantizer): void {
  expectFinite(layer, 'negative slope', [negativeSlope]);
  expectFinite(layer, 'center', centers);
  const levels = [negativeSlope === 0 ? 0 : -negativeSlope, ...centers];
  const largest = levels.reduce((most, level) => Math.max(most, Math.abs(level)), 0);
  const closest = largest * CLOSEST_LEVELS;
  for (const [index, level] of levels.entries()) {
    const before = levels[index - 1];
    const isTooClose = before !== undefined && level - before < closest;
    if (!isTooClose && (level === 0 || Math.abs(level) >= closest)) continue;
    refuse(layer, `quantizes to the levels ${levels.join(', ')}`, `which must rise by ${closest} or more`);
  }
}

function expectFinite(layer: Layer, name: string, values: ArrayLike<number> | undefined): void {
  const index = values ? indexOfNonFinite(values) : -1;
  if (!values || index < 0) return;
  refuse(layer, `has the ${name} ${values[index]} (number ${index})`, 'which must be finite');
}

/** Returns the index of the first value that is infinite or NaN, or −1. */
export function indexOfNonFinite(values: ArrayLike<number>): number {
  if (values instanceof Float32Array) {
    // Testing bits is several times faster on millions of weights.
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    return bits.findIndex((word) => (word & FLOAT32_EXPONENT) === FLOAT32_EXPONENT);
  }
  for (let index = 0; index < values.length; index++) if (!Number.isFinite(values[index])) return index;
  return -1;
}

function refuse(layer: Layer, seen: string, accepted: string): never {
  throw new HwgqError(
    'invalid-graph',
    `Layer '${layer.name}' ${seen}, ${accepted}. Check the network and its weights.`,
    { layer: layer.name },
  );
}
