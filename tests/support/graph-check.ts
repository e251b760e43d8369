import { batchNormStatistics } from '../../src/graph/batch-norm.ts';
import type { Graph, Layer } from '../../src/graph/graph.ts';
import { filterScales, filterValues } from '../../src/graph/weights.ts';
import { isLevelQuantizer, quantizerThresholds } from '../../src/numerics/quantizer.ts';
import { interpret } from '../../src/reference/interpret.ts';

/** Allowed float error relative to the blob's magnitude, per layer since the last integer values. */
const FLOAT_TOLERANCE = 1e-5;

/**
 * Compares a backend's values of a network with integer input to those of the interpreter. Levels after integer sums must
 * be equal. After float sums a level may differ if the interpreter's own value lies within float32 rounding of a
 * threshold; later layers are then not compared.
 * @param values one array per layer.
 * @returns a description of the first mismatch, or undefined.
 */
export function graphMismatch(graph: Graph, pixels: Int16Array, values: readonly Float32Array[]): string | undefined {
  const names = graph.layers.map(({ name }) => name);
  const truth = interpret(graph, pixels, [graph.input.name, ...names]);
  const exact = exactValues(graph);
  const depths = new Map<string, number>();
  const magnitudes = new Map<string, number>();
  for (const [index, layer] of graph.layers.entries()) {
    const wanted = truth.get(layer.name) as Float64Array;
    const seen = values[index] ?? new Float32Array();
    if (seen.length !== wanted.length) return `${layer.name} has ${seen.length} values of ${wanted.length}`;
    const isLevels = layer.type === 'quant' && isLevelQuantizer(layer.quantizer);
    const magnitude = Math.max(largestOf(wanted), magnitudeOf(layer, magnitudes));
    magnitudes.set(layer.name, isLevels ? 1 : magnitude);
    const depth = 1 + Math.max(...layer.inputs.map((name) => depths.get(name) ?? 0));
    depths.set(layer.name, isLevels ? 0 : depth);
    const tolerance = isLevels ? 0 : magnitude * FLOAT_TOLERANCE * depth;
    const wrong = [...seen.keys()].filter((place) => {
      const level = Math.fround(wanted[place] as number);
      return !(Math.abs((seen[place] as number) - level) <= tolerance);
    });
    const [first] = wrong;
    if (first === undefined) continue;
    const message = `${layer.name} differs in ${wrong.length} of ${seen.length}: ${seen[first]} for ${wanted[first]}`;
    if (!isLevels || exact.has(layer.name)) return message;
    const before = truth.get(layer.inputs[0] as string) as Float64Array;
    const near = FLOAT_TOLERANCE * depth * (magnitudes.get(layer.inputs[0] as string) ?? largestOf(before));
    return wrong.every((place) => isNearThreshold(layer, before[place] as number, near)) ? undefined : message;
  }
  return undefined;
}

function isNearThreshold(layer: Layer, x: number, near: number): boolean {
  if (layer.type !== 'quant' || !isLevelQuantizer(layer.quantizer)) return false;
  return quantizerThresholds(layer.quantizer).some((threshold) => Math.abs(x - threshold) <= near);
}

/** Returns the magnitude of the terms that a layer adds up. Their rounding error remains even if they cancel. */
function magnitudeOf(layer: Layer, magnitudes: ReadonlyMap<string, number>): number {
  const before = layer.inputs.map((name) => magnitudes.get(name) ?? 0);
  const first = before[0] as number;
  switch (layer.type) {
    case 'batchNorm': {
      const { mean, variance } = batchNormStatistics(layer);
      return Math.max(
        ...mean.map((m, c) => (first + Math.abs(m)) / Math.sqrt((variance[c] as number) + layer.epsilon)),
      );
    }
    case 'scale':
      return largestOf(layer.gamma) * first + largestOf(layer.beta ?? []);
    case 'convolution':
    case 'innerProduct': {
      const scales = filterScales(layer.weights, layer.outputs);
      const norms = scales.map((scale, output) => {
        const filter = filterValues(layer.weights, layer.outputs, output);
        return Math.abs(scale) * Math.sqrt(filter.reduce((sum, weight) => sum + weight * weight, 0));
      });
      return first * largestOf(norms);
    }
    case 'softmax':
    case 'lrn':
    case 'quant':
      return 0;
    case 'eltwise':
      if (layer.operation === 'product') return before.reduce((product, magnitude) => product * magnitude);
      return before.reduce((sum, magnitude, index) => sum + magnitude * Math.abs(layer.coefficients?.[index] ?? 1), 0);
    default:
      return Math.max(...before);
  }
}

function largestOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Returns the Quant layers whose values depend on integer arithmetic only. */
function exactValues(graph: Graph): ReadonlySet<string> {
  const readers = (name: string) => graph.layers.filter(({ inputs }) => inputs.includes(name)).length;
  /** Returns integer values, and values that an integer sum is folded into. */
  const whole = new Set([graph.input.name]);
  const folded = new Set<string>();
  for (const layer of graph.layers) {
    const { name, inputs } = layer;
    const isFolded = inputs.every((input) => folded.has(input) && readers(input) === 1);
    switch (layer.type) {
      case 'convolution':
      case 'innerProduct':
        if (inputs.every((input) => whole.has(input))) folded.add(name);
        break;
      case 'quant':
        if (!isLevelQuantizer(layer.quantizer)) {
          if (isFolded) folded.add(name);
        } else if (isFolded) whole.add(name);
        break;
      case 'relu':
        if (isFolded && layer.negativeSlope >= 0) folded.add(name);
        break;
      case 'batchNorm':
      case 'scale':
      case 'concat':
        if (isFolded) folded.add(name);
        break;
      case 'pooling':
        if (layer.method === 'max' && isFolded) folded.add(name);
        if (layer.method === 'max' && inputs.every((input) => whole.has(input))) whole.add(name);
        break;
      case 'dropout':
        if (isFolded) folded.add(name);
        if (inputs.every((input) => whole.has(input))) whole.add(name);
        break;
    }
  }
  return whole;
}
