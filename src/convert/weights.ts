import type { Graph, Layer, WeightedLayer } from '../graph/graph.ts';
import { isWeighted } from '../graph/graph.ts';
import { latentAlpha, type Weights } from '../graph/weights.ts';
import { float32ToFloat16 } from '../numerics/float16.ts';
import { isLevelQuantizer } from '../numerics/quantizer.ts';
import { packSigns } from '../numerics/signs.ts';

/** How the weights that stay real numbers are kept: `compact` is fixed point for the first layer and f16 for others. */
export const FLOAT_FORMS = ['compact', 'f16', 'int8', 'f32'] as const;
export type FloatForm = (typeof FLOAT_FORMS)[number];

const FIXED13_LARGEST = 4095;
const INT8_LARGEST = 127;
/** Weights of one filter that differ in no more than this many units in the last place count as ±alpha. */
const ALPHA_TOLERANCE_ULP = 2;

/** The graph with every layer's weights in the form that a model keeps: binary ones as bits, others as asked. */
export function packWeights(graph: Graph, form: FloatForm): Graph {
  const layers = graph.layers.map((layer) =>
    isWeighted(layer) ? { ...layer, weights: packed(graph, layer, form) } : layer,
  );
  return { ...graph, layers };
}

function packed(graph: Graph, layer: WeightedLayer, form: FloatForm): Weights {
  const { weights, outputs } = layer;
  if (weights.form === 'latent') return binary(weights.values, outputs, weights.useAlpha);
  if (weights.form !== 'float32') return weights;
  const source = sourceOf(graph, layer);
  if (source?.type === 'quant' && isLevelQuantizer(source.quantizer) && isPlusMinusAlpha(weights.values, outputs)) {
    return binary(weights.values, outputs, true);
  }
  const isFirst = source === undefined;
  switch (form) {
    case 'f32':
      return weights;
    case 'int8':
      return { form: 'int8', ...fixedPoint(weights.values, outputs, INT8_LARGEST, Int8Array) };
    case 'compact':
      if (isFirst) return { form: 'fixed13', ...fixedPoint(weights.values, outputs, FIXED13_LARGEST, Int16Array) };
      break;
  }
  return { form: 'float16', values: Uint16Array.from(weights.values, float32ToFloat16) };
}

/** The layer whose values a layer works on, seen through those that leave levels as they are; undefined: the input. */
function sourceOf(graph: Graph, layer: Layer): Layer | undefined {
  const source = graph.layers.find((other) => other.name === layer.inputs[0]);
  const isTransparent =
    source?.type === 'dropout' || source?.type === 'reshape' || (source?.type === 'pooling' && source.method === 'max');
  return isTransparent ? sourceOf(graph, source) : source;
}

function binary(values: Float32Array, outputs: number, useAlpha: boolean): Weights {
  return {
    form: 'binary',
    signs: packSigns(values),
    count: values.length,
    alpha: latentAlpha(values, outputs, useAlpha),
  };
}

/** Whether every filter's weights have one magnitude, as files have it that were binarized before they were stored. */
function isPlusMinusAlpha(values: Float32Array, outputs: number): boolean {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const size = values.length / outputs;
  for (let start = 0; start < values.length; start += size) {
    let least = 2 ** 31;
    let most = 0;
    for (let index = start; index < start + size; index++) {
      const magnitude = (bits[index] as number) & 0x7fffffff;
      if (magnitude < least) least = magnitude;
      if (magnitude > most) most = magnitude;
    }
    if (most - least > ALPHA_TOLERANCE_ULP) return false;
  }
  return true;
}

function fixedPoint<T extends Int8Array | Int16Array>(
  values: Float32Array,
  outputs: number,
  largest: number,
  type: new (length: number) => T,
): { values: T; scale: Float32Array } {
  const size = values.length / outputs;
  const scale = new Float32Array(outputs);
  const whole = new type(values.length);
  for (let output = 0; output < outputs; output++) {
    const filter = values.subarray(output * size, (output + 1) * size);
    const most = filter.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const unit = Math.fround(most / largest) || 1;
    scale[output] = unit;
    for (const [index, value] of filter.entries()) {
      whole[output * size + index] = Math.max(-largest, Math.min(largest, Math.round(value / unit)));
    }
  }
  return { values: whole, scale };
}
