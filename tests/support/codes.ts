import { blobValue } from '../../src/graph/blobs.ts';
import type { Graph, QuantLayer } from '../../src/graph/graph.ts';
import { isLevelQuantizer, type LevelQuantizer, quantizerLevels } from '../../src/numerics/quantizer.ts';

/** A graph's quantizers of discrete levels, in order, by the blob and the value that hold their output. */
export function levelLayers(graph: Graph): { blob: string; value: string; levels: Float64Array }[] {
  return graph.layers
    .filter((layer): layer is QuantLayer & { quantizer: LevelQuantizer } => {
      return layer.type === 'quant' && isLevelQuantizer(layer.quantizer);
    })
    .map(({ blob, quantizer }) => ({ blob, value: blobValue(graph, blob), levels: quantizerLevels(quantizer) }));
}

/** The index of each value among the levels, float64 or rounded to float32; −1 where it is none of them. */
export function codesOf(values: Float32Array | Float64Array, levels: Float64Array): Int8Array {
  const known = values instanceof Float32Array ? Float32Array.from(levels) : levels;
  return Int8Array.from(values, (value) => known.indexOf(value));
}
