import { type Graph, isWeighted, type Layer, type WeightedLayer } from '../../graph/graph.ts';
import type { Weights } from '../../graph/weights.ts';
import { isLevelQuantizer } from '../../numerics/quantizer.ts';
import { isPlusMinusAlpha, toBinary, toFixed13, toFloat16, toInt8 } from './weight-forms.ts';

/**
 * Storage formats of weights that are not binary. `compact` is 13-bit fixed point for the first layer and half precision
 * for the others; `int8` has one scale per output channel; `f32` keeps Caffe's values.
 */
export const FLOAT_FORMS = ['compact', 'f16', 'int8', 'f32'] as const;
/** A storage format of weights that are not binary. */
export type FloatForm = (typeof FLOAT_FORMS)[number];

/**
 * Returns a graph with weights in the forms that a model stores: one bit each in layers that binarize and in ordinary
 * layers whose weights are ±alpha and whose input comes from a quantizer; `form` in the others.
 * @param onProgress called with the share of layers that are done, 0 to 1.
 * @throws HwgqError `invalid-option` if a weight is too large for the form.
 */
export function packWeights(graph: Graph, form: FloatForm, onProgress?: (done: number) => void): Graph {
  const producers = new Map(graph.layers.map((layer) => [layer.name, layer]));
  const layers = graph.layers.map((layer, index) => {
    onProgress?.(index / graph.layers.length);
    return isWeighted(layer) ? { ...layer, weights: packed(layer, producerOf(layer, producers), form) } : layer;
  });
  return { ...graph, layers };
}

function packed(layer: WeightedLayer, producer: Layer | undefined, form: FloatForm): Weights {
  const { weights, outputs } = layer;
  if (weights.form === 'latent') return toBinary(weights.values, outputs, weights.useAlpha);
  if (weights.form !== 'float32') return weights;
  const { values } = weights;
  const readsLevels = producer?.type === 'quant' && isLevelQuantizer(producer.quantizer);
  if (readsLevels && isPlusMinusAlpha(values, outputs)) return toBinary(values, outputs, true);
  if (form === 'f32') return weights;
  if (form === 'int8') return toInt8(values, outputs);
  const isFirst = producer === undefined;
  return form === 'compact' && isFirst ? toFixed13(values, outputs) : toFloat16(values, layer.name);
}

/**
 * Returns the layer that computes the input values of a layer. Layers that only forward values are skipped: dropout,
 * reshape and max-pooling. Returns undefined for the network's input.
 */
function producerOf(layer: Layer, producers: ReadonlyMap<string, Layer>): Layer | undefined {
  const producer = producers.get(layer.inputs[0] ?? '');
  const forwards =
    producer?.type === 'dropout' ||
    producer?.type === 'reshape' ||
    (producer?.type === 'pooling' && producer.method === 'max');
  return forwards ? producerOf(producer, producers) : producer;
}
