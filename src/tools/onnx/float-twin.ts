import { batchNormStatistics } from '../../graph/batch-norm.ts';
import {
  type BatchNormLayer,
  type Graph,
  isWeighted,
  type Layer,
  type ScaleLayer,
  type WeightedLayer,
} from '../../graph/graph.ts';
import { filterScales, filterValues, weightCount } from '../../graph/weights.ts';

/** A layer of a float twin: it does not quantize, its weights are float32, and BatchNorm is a Scale layer. */
export type FloatLayer = Exclude<Layer, { type: 'quant' | 'batchNorm' }>;

/** A graph of ordinary float32 layers. */
export interface FloatGraph extends Graph {
  readonly layers: readonly FloatLayer[];
}

/**
 * Returns the same architecture as an ordinary float32 network: quantizers become ReLU layers, binary weights become
 * ±alpha, and BatchNorm and Scale are folded into the layer before them, as exporters do, or merged if that is not
 * possible. The twin serves to compare speed; its logits differ.
 */
export function floatTwin(graph: Graph): FloatGraph {
  const layers = new Map<string, FloatLayer>();
  /** Maps each layer that was folded to the layer that computes its value. */
  const folded = new Map<string, string>();
  for (const original of graph.layers) {
    const layer = asFloat({ ...original, inputs: original.inputs.map((name) => folded.get(name) ?? name) });
    const [input = ''] = layer.inputs;
    const before = layers.get(input);
    const isOnlyReader = readerCount(graph, original.inputs[0]) === 1;
    const merged = layer.type === 'scale' && before && isOnlyReader ? foldScale(before, layer) : undefined;
    if (merged) folded.set(original.name, input);
    layers.set(merged ? input : original.name, merged ?? layer);
  }
  return { ...graph, layers: [...layers.values()] };
}

function readerCount(graph: Graph, value: string | undefined): number {
  return graph.layers.filter(({ inputs }) => value !== undefined && inputs.includes(value)).length;
}

function asFloat(layer: Layer): FloatLayer {
  switch (layer.type) {
    case 'convolution':
    case 'innerProduct':
      return { ...layer, weights: { form: 'float32', values: floatWeights(layer) } };
    case 'quant': {
      const { name, inputs, blob } = layer;
      return { type: 'relu', name, inputs, blob, negativeSlope: 0 };
    }
    case 'batchNorm':
      return normalization(layer);
    default:
      return layer;
  }
}

function normalization(layer: BatchNormLayer): ScaleLayer {
  const { mean, variance } = batchNormStatistics(layer);
  const factor = variance.map((x) => 1 / Math.sqrt(x + layer.epsilon));
  const { name, inputs, blob } = layer;
  const offset = mean.map((x, channel) => -x * (factor[channel] as number));
  return { type: 'scale', name, inputs, blob, gamma: Float32Array.from(factor), beta: Float32Array.from(offset) };
}

/** Folds a Scale layer into the layer before it. Returns undefined if that layer is not linear. */
function foldScale(before: FloatLayer, { gamma, beta, blob }: ScaleLayer): FloatLayer | undefined {
  const scaled = (values: Float32Array | undefined) =>
    gamma.map((factor, channel) => (values?.[channel] ?? 0) * factor + (beta?.[channel] ?? 0));
  if (before.type === 'scale') {
    return {
      ...before,
      blob,
      gamma: before.gamma.map((x, channel) => x * (gamma[channel] as number)),
      beta: scaled(before.beta),
    };
  }
  if (!isWeighted(before)) return undefined;
  const values = floatWeights(before, gamma);
  return { ...before, blob, weights: { form: 'float32', values }, bias: scaled(before.bias) };
}

/** Returns a layer's weights as float32. Each filter can be multiplied by a factor. */
export function floatWeights({ weights, outputs }: WeightedLayer, factors?: Float32Array): Float32Array {
  const scales = filterScales(weights, outputs);
  const size = weightCount(weights) / outputs;
  const all = new Float32Array(outputs * size);
  for (let output = 0; output < outputs; output++) {
    const filter = filterValues(weights, outputs, output);
    const factor = (scales[output] as number) * (factors?.[output] ?? 1);
    for (let index = 0; index < size; index++) all[output * size + index] = (filter[index] as number) * factor;
  }
  return all;
}
