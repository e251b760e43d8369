import type { EltwiseLayer, LrnLayer } from '../graph/graph.ts';
import type { ChwShape } from '../graph/shapes.ts';
import {
  isLevelQuantizer,
  type Quantizer,
  quantizerLevels,
  quantizerThresholds,
  thresholdsAreInclusive,
} from '../numerics/quantizer.ts';

/** Applies a function to every value, with its channel. */
export function mapChannels(
  input: Float64Array,
  { channels }: ChwShape,
  apply: (x: number, channel: number) => number,
): Float64Array {
  const area = input.length / channels;
  return input.map((x, index) => apply(x, Math.floor(index / area)));
}

/** Computes a leaky ReLU. */
export function rectify(x: number, negativeSlope: number): number {
  return x > 0 ? x : x * negativeSlope;
}

/** Computes Caffe's Quant layer. */
export function quantizeValues(input: Float64Array, quantizer: Quantizer): Float64Array {
  if (!isLevelQuantizer(quantizer)) {
    return quantizer.kind === 'relu'
      ? input.map((x) => rectify(x, quantizer.negativeSlope))
      : input.map((x) => Math.max(-1, Math.min(1, x)));
  }
  const levels = quantizerLevels(quantizer);
  const thresholds = quantizerThresholds(quantizer);
  const inclusive = thresholdsAreInclusive(quantizer);
  return input.map((x) => {
    let code = 0;
    for (const threshold of thresholds) if (inclusive ? x >= threshold : x > threshold) code++;
    return levels[code] as number;
  });
}

/** Computes the sum, the product or the maximum of several values, element by element. */
export function eltwise(layer: EltwiseLayer, inputs: readonly Float64Array[]): Float64Array {
  const [first = new Float64Array(), ...others] = inputs;
  const coefficient = (index: number) => (layer.operation === 'sum' ? (layer.coefficients?.[index] ?? 1) : 1);
  const result = first.map((x) => x * coefficient(0));
  for (const [position, other] of others.entries()) {
    for (let index = 0; index < result.length; index++) {
      const [a, b] = [result[index] as number, (other[index] as number) * coefficient(position + 1)];
      result[index] = layer.operation === 'sum' ? a + b : layer.operation === 'product' ? a * b : Math.max(a, b);
    }
  }
  return result;
}

/** Computes local response normalization across channels (Caffe's LRN, ACROSS_CHANNELS). */
export function normalizeResponse(
  { size, alpha, beta, k }: LrnLayer,
  input: Float64Array,
  shape: ChwShape,
): Float64Array {
  const area = shape.height * shape.width;
  const reach = (size - 1) / 2;
  return input.map((x, index) => {
    const channel = Math.floor(index / area);
    let squares = 0;
    for (let other = Math.max(0, channel - reach); other <= Math.min(shape.channels - 1, channel + reach); other++) {
      squares += (input[other * area + (index % area)] as number) ** 2;
    }
    return x / (k + (alpha / size) * squares) ** beta;
  });
}
