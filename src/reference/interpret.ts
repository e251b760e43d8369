import { batchNormStatistics } from '../graph/batch-norm.ts';
import type { Graph, Layer } from '../graph/graph.ts';
import { asChwShape, type ChwShape } from '../graph/shapes.ts';
import { validateGraph } from '../graph/validate.ts';
import { softmax } from '../numerics/softmax.ts';
import { convolve, innerProduct } from './convolution.ts';
import { eltwise, mapChannels, normalizeResponse, quantizeValues, rectify } from './pointwise.ts';
import { pool } from './pooling.ts';

/**
 * Computes a graph in float64, layer by layer and without fusion. Its results define what a network means, and all
 * backends are tested against them.
 * @param input one planar image, preprocessed for the network.
 * @param wanted names of the values (layers, or the input) to return. Layers that none of them needs are skipped.
 * @returns the wanted values, planar, by name.
 * @throws HwgqError if the graph is invalid.
 */
export function interpret(
  graph: Graph,
  input: ArrayLike<number>,
  wanted: readonly string[],
): ReadonlyMap<string, Float64Array> {
  const shapes = validateGraph(graph);
  const needed = new Set(wanted);
  const lastReader = new Map<string, string>();
  for (const layer of graph.layers.toReversed()) {
    if (!needed.has(layer.name)) continue;
    for (const name of layer.inputs) {
      needed.add(name);
      if (!lastReader.has(name)) lastReader.set(name, layer.name);
    }
  }
  const values = new Map<string, Float64Array>([[graph.input.name, Float64Array.from(input)]]);
  for (const layer of graph.layers) {
    if (!needed.has(layer.name)) continue;
    const inputs = layer.inputs.map((name) => values.get(name) as Float64Array);
    values.set(layer.name, interpretLayer(layer, inputs, asChwShape(shapes.get(layer.inputs[0] ?? '') ?? [])));
    for (const name of layer.inputs) {
      if (lastReader.get(name) === layer.name && !wanted.includes(name)) values.delete(name);
    }
  }
  return new Map(wanted.map((name) => [name, values.get(name) as Float64Array]));
}

/**
 * Computes one layer in float64.
 * @param inputs the layer's inputs, planar.
 * @param shape the shape of the first input.
 */
export function interpretLayer(layer: Layer, inputs: readonly Float64Array[], shape: ChwShape): Float64Array {
  const input = inputs[0] as Float64Array;
  switch (layer.type) {
    case 'convolution':
      return convolve(layer, input, shape);
    case 'innerProduct':
      return innerProduct(layer, input);
    case 'pooling':
      return pool(layer, input, shape);
    case 'batchNorm': {
      const { mean, variance } = batchNormStatistics(layer);
      return mapChannels(
        input,
        shape,
        (x, channel) => (x - (mean[channel] as number)) / Math.sqrt((variance[channel] as number) + layer.epsilon),
      );
    }
    case 'scale':
      return mapChannels(
        input,
        shape,
        (x, channel) => x * (layer.gamma[channel] as number) + (layer.beta?.[channel] ?? 0),
      );
    case 'quant':
      return quantizeValues(input, layer.quantizer);
    case 'relu':
      return input.map((x) => rectify(x, layer.negativeSlope));
    case 'eltwise':
      return eltwise(layer, inputs);
    case 'concat':
      return Float64Array.from(inputs.flatMap((values) => Array.from(values)));
    case 'lrn':
      return normalizeResponse(layer, input, shape);
    case 'softmax':
      return softmax(input, shape.channels);
    case 'dropout':
    case 'reshape':
      return input;
  }
}
