import { HwgqError } from '../errors.ts';
import type { Graph, Layer, Shape } from './graph.ts';
import { asChwShape, elementCount, inferShapes } from './shapes.ts';
import { weightCount } from './weights.ts';

/**
 * Checks that every layer has as many weights, biases and statistics as its shapes require.
 * @returns the shapes of all values, as `inferShapes` does.
 * @throws HwgqError `invalid-graph` or `shape-mismatch`, naming the layer, the number seen and the number required.
 */
export function validateGraph(graph: Graph): ReadonlyMap<string, Shape> {
  const shapes = inferShapes(graph);
  for (const layer of graph.layers) checkTensors(layer, shapes.get(layer.inputs[0] ?? '') ?? []);
  return shapes;
}

function checkTensors(layer: Layer, input: Shape): void {
  const { channels } = asChwShape(input);
  switch (layer.type) {
    case 'convolution':
    case 'innerProduct': {
      const size =
        layer.type === 'convolution'
          ? (channels / layer.group) * layer.kernel[0] * layer.kernel[1]
          : elementCount(input);
      expectCount(layer, 'weights', weightCount(layer.weights), layer.outputs * size);
      if (layer.bias) expectCount(layer, 'biases', layer.bias.length, layer.outputs);
      const { weights } = layer;
      if (weights.form === 'binary') expectCount(layer, 'alphas', weights.alpha.length, layer.outputs);
      if (weights.form === 'binary')
        expectCount(layer, 'bytes of signs', weights.signs.length, Math.ceil(weights.count / 8));
      if (weights.form === 'int8' || weights.form === 'fixed13') {
        expectCount(layer, 'scales', weights.scale.length, layer.outputs);
      }
      break;
    }
    case 'batchNorm':
      expectCount(layer, 'means', layer.meanSums.length, channels);
      expectCount(layer, 'variances', layer.varianceSums.length, channels);
      break;
    case 'scale':
      expectCount(layer, 'gammas', layer.gamma.length, channels);
      if (layer.beta) expectCount(layer, 'betas', layer.beta.length, channels);
      break;
  }
}

function expectCount(layer: Layer, name: string, seen: number, needed: number): void {
  if (seen === needed) return;
  throw new HwgqError(
    'shape-mismatch',
    `Layer '${layer.name}' needs ${needed} ${name} and has ${seen}. Check that the network and the weights belong to the same model.`,
    { layer: layer.name, seen, needed },
  );
}
