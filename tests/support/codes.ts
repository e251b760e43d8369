import { blobValue } from '../../src/graph/blobs.ts';
import type { Graph, QuantLayer } from '../../src/graph/graph.ts';
import { isLevelQuantizer, type LevelQuantizer, quantizerLevels } from '../../src/numerics/quantizer.ts';

/** Returns a graph's quantizers with discrete levels, in order, with the blob and the value of their output. */
export function levelLayers(graph: Graph): { blob: string; value: string; levels: Float64Array }[] {
  return graph.layers
    .filter((layer): layer is QuantLayer & { quantizer: LevelQuantizer } => {
      return layer.type === 'quant' && isLevelQuantizer(layer.quantizer);
    })
    .map(({ blob, quantizer }) => ({ blob, value: blobValue(graph, blob), levels: quantizerLevels(quantizer) }));
}

/** Returns the index of each value among the levels, as float64 or rounded to float32; −1 for any other value. */
export function codesOf(values: Float32Array | Float64Array, levels: Float64Array): Int8Array {
  const known = values instanceof Float32Array ? Float32Array.from(levels) : levels;
  return Int8Array.from(values, (value) => known.indexOf(value));
}
