import type { Graph, Layer } from '../graph/graph.ts';
import { isTensor } from './sections.ts';

/** Returns the bytes of a layer's tensors before compression. */
export function layerBytes(layer: Layer): number {
  return tensorBytes(layer);
}

/** Returns the bytes that a layer's weights, biases and statistics would have as float32. */
export function layerFloatBytes(layer: Layer): number {
  switch (layer.type) {
    case 'convolution':
    case 'innerProduct': {
      const { weights } = layer;
      const count = weights.form === 'binary' ? weights.count : weights.values.length;
      return 4 * (count + (layer.bias?.length ?? 0));
    }
    case 'batchNorm':
      return 4 * (layer.meanSums.length + layer.varianceSums.length);
    case 'scale':
      return 4 * (layer.gamma.length + (layer.beta?.length ?? 0));
    default:
      return 0;
  }
}

/** Returns the bytes that all tensors of a network would have as float32. */
export function floatBytes(graph: Graph): number {
  return graph.layers.reduce((sum, layer) => sum + layerFloatBytes(layer), 0);
}

function tensorBytes(value: unknown): number {
  if (isTensor(value)) return value.byteLength;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + tensorBytes(item), 0);
}
