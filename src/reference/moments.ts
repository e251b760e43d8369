import { HwgqError } from '../errors.ts';
import { batchNormStatistics } from '../graph/batch-norm.ts';
import type { BatchNormLayer, Layer, Pair, ScaleLayer, WeightedLayer } from '../graph/graph.ts';
import { filterScales, filterValues } from '../graph/weights.ts';
import { quantizeValues, rectify } from './pointwise.ts';

/** Mean and variance of each channel, over images and pixels. */
export interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** Width of the cells whose midpoints sample the standard normal distribution. */
const CELL = 1 / 16;
const CELLS = Float64Array.from({ length: 160 }, (_, cell) => (cell - 79.5) * CELL);

/**
 * Estimates the moments of a layer's output from the moments of its inputs. It assumes that the inputs are normally
 * distributed and independent (mean-field theory of random networks: Schoenholz et al., 2017).
 * @throws HwgqError `unsupported` for a layer that no known network has before its logits.
 */
export function propagateMoments(layer: Layer, inputs: readonly Moments[]): Moments {
  const [input = { mean: new Float64Array(), variance: new Float64Array() }] = inputs;
  switch (layer.type) {
    case 'convolution':
    case 'innerProduct':
      return weightedSum(layer, input);
    case 'batchNorm':
      return normalized(layer, input);
    case 'scale':
      return scaled(layer, input);
    case 'quant':
      return sampled(input, 1, (values) => quantizeValues(values, layer.quantizer));
    case 'relu':
      return sampled(input, 1, (values) => values.map((x) => rectify(x, layer.negativeSlope)));
    case 'pooling':
      if (layer.method === 'max' && layer.kernel) {
        return sampled(input, independentValues(layer.kernel), (values) => values);
      }
      if (layer.method === 'average') return averaged(input, layer.kernel);
      break;
    case 'eltwise':
      if (layer.operation === 'sum') {
        const { coefficients } = layer;
        return inputs.map((moments, index) => times(moments, coefficients?.[index] ?? 1)).reduce(sumOf);
      }
      break;
    case 'dropout':
      return input;
    case 'reshape':
      if ((layer.shape[0] ?? 1) % input.mean.length === 0) return flattened(input, layer.shape[0] ?? 1);
      break;
    case 'concat':
      return {
        mean: Float64Array.from(inputs.flatMap(({ mean }) => [...mean])),
        variance: Float64Array.from(inputs.flatMap(({ variance }) => [...variance])),
      };
  }
  throw new HwgqError(
    'unsupported',
    `Layer '${layer.name}' has type ${layer.type}, whose moments cannot be estimated. Use a network without it.`,
    {
      layer: layer.name,
    },
  );
}

/**
 * Returns how many independent values a window counts as. Neighbouring values are correlated, so it is the number of
 * values in one row.
 */
function independentValues([height, width]: Pair): number {
  return Math.sqrt(height * width);
}

function weightedSum(layer: WeightedLayer, { mean, variance }: Moments): Moments {
  const scales = filterScales(layer.weights, layer.outputs);
  const group = layer.type === 'convolution' ? layer.group : 1;
  const groupInputs = mean.length / group;
  const result = { mean: new Float64Array(layer.outputs), variance: new Float64Array(layer.outputs) };
  for (let output = 0; output < layer.outputs; output++) {
    const filter = filterValues(layer.weights, layer.outputs, output);
    const firstInput = Math.floor((output * group) / layer.outputs) * groupInputs;
    const taps = filter.length / groupInputs;
    let [meanSum, varianceSum] = [0, 0];
    for (let channel = 0; channel < groupInputs; channel++) {
      let [sum, squares] = [0, 0];
      for (let index = channel * taps; index < (channel + 1) * taps; index++) {
        const weight = filter[index] as number;
        sum += weight;
        squares += weight * weight;
      }
      meanSum += sum * (mean[firstInput + channel] as number);
      varianceSum += squares * (variance[firstInput + channel] as number);
    }
    const scale = scales[output] as number;
    result.mean[output] = meanSum * scale + (layer.bias?.[output] ?? 0);
    result.variance[output] = varianceSum * scale ** 2;
  }
  return result;
}

function normalized(layer: BatchNormLayer, input: Moments): Moments {
  const stored = batchNormStatistics(layer);
  const deviations = stored.variance.map((variance) => Math.sqrt(variance + layer.epsilon));
  return {
    mean: input.mean.map((x, channel) => (x - (stored.mean[channel] as number)) / (deviations[channel] as number)),
    variance: input.variance.map((x, channel) => x / (deviations[channel] as number) ** 2),
  };
}

function scaled({ gamma, beta }: ScaleLayer, input: Moments): Moments {
  return {
    mean: input.mean.map((x, channel) => x * (gamma[channel] as number) + (beta?.[channel] ?? 0)),
    variance: input.variance.map((x, channel) => x * (gamma[channel] as number) ** 2),
  };
}

function times({ mean, variance }: Moments, factor: number): Moments {
  return { mean: mean.map((x) => x * factor), variance: variance.map((x) => x * factor ** 2) };
}

/**
 * Returns the moments of an average pooling. The size of a global pooling is not known here, so its variance is bounded by
 * that of the values.
 */
function averaged({ mean, variance }: Moments, kernel: Pair | undefined): Moments {
  const values = kernel ? independentValues(kernel) : 1;
  return { mean, variance: variance.map((x) => x / values) };
}

/** Returns the moments of planes flattened to `channels` channels. */
function flattened({ mean, variance }: Moments, channels: number): Moments {
  const each = (values: Float64Array) => (_: unknown, channel: number) =>
    values[Math.floor((channel * values.length) / channels)] as number;
  const length = channels;
  return { mean: Float64Array.from({ length }, each(mean)), variance: Float64Array.from({ length }, each(variance)) };
}

function sumOf(first: Moments, second: Moments): Moments {
  return {
    mean: first.mean.map((x, channel) => x + (second.mean[channel] as number)),
    variance: first.variance.map((x, channel) => x + (second.variance[channel] as number)),
  };
}

/** Returns the moments of a function of the largest of `values` normally distributed values, for each channel. */
function sampled({ mean, variance }: Moments, values: number, apply: (values: Float64Array) => Float64Array): Moments {
  const shares = largestOf(values);
  const result = { mean: new Float64Array(mean.length), variance: new Float64Array(mean.length) };
  for (const [channel, center] of mean.entries()) {
    const deviation = Math.sqrt(variance[channel] as number);
    const outcomes = apply(CELLS.map((x) => center + deviation * x));
    const first = expectation(outcomes, shares);
    result.mean[channel] = first;
    result.variance[channel] = expectation(
      outcomes.map((x) => (x - first) ** 2),
      shares,
    );
  }
  return result;
}

function expectation(outcomes: Float64Array, shares: Float64Array): number {
  return outcomes.reduce((sum, x, cell) => sum + x * (shares[cell] as number), 0);
}

/** Returns the probability that the largest of `values` independent standard normal values falls into each cell. */
function largestOf(values: number): Float64Array {
  const densities = CELLS.map((x) => Math.exp((-x * x) / 2));
  const total = densities.reduce((sum, density) => sum + density, 0);
  let below = 0;
  return densities.map((density) => {
    const before = below ** values;
    below += density / total;
    return below ** values - before;
  });
}
