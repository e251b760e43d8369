import { HwgqError } from '../../errors.ts';
import type { BatchNormLayer, Graph, Layer, ScaleLayer, Shape, WeightedLayer } from '../../graph/graph.ts';
import { elementCount, inferShapes } from '../../graph/shapes.ts';
import { validateGraph } from '../../graph/validate.ts';
import type { CaffeWeights } from './caffemodel.ts';
import { LayerBlobs } from './layer-blobs.ts';
import type { CaffeLayer, CaffeNetwork } from './network-description.ts';

/**
 * Joins a network with its weights, by the names of the layers. Layers that binarize get `latent` weights, others
 * float32; large tensors are the caffemodel's own views.
 * @throws HwgqError `missing-blob`, `shape-mismatch` or `invalid-graph`, naming the layer.
 */
export function buildGraph(network: CaffeNetwork, weights: CaffeWeights): Graph {
  return connectLayers(network, ({ name }) => new LayerBlobs(name, weights));
}

/** The tensors of one layer, wherever they come from. */
export interface LayerTensors {
  /**
   * Weights and bias of a convolution or fully connected layer.
   * @param shape of the weights; undefined where it depends on the input.
   */
  weighted(
    shape: readonly (number | undefined)[],
    hasBias: boolean,
    binarization: { readonly useAlpha: boolean } | undefined,
  ): Pick<WeightedLayer, 'weights' | 'bias'>;
  /** Of a BatchNorm. */
  statistics(): Pick<BatchNormLayer, 'meanSums' | 'varianceSums' | 'factor'>;
  /** Of a Scale. */
  affine(hasBias: boolean): Pick<ScaleLayer, 'gamma' | 'beta'>;
}

/**
 * Makes a graph of a network: connects its layers by their blobs and gives each its tensors.
 * @param tensorsOf gives a layer's tensors; `input` is the shape of what the layer reads.
 * @throws HwgqError `shape-mismatch` or `invalid-graph`, naming the layer, and what `tensorsOf` throws.
 */
export function connectLayers(
  network: CaffeNetwork,
  tensorsOf: (layer: CaffeLayer, input: Shape) => LayerTensors,
): Graph {
  const layers: Layer[] = [];
  const graph: Graph = { name: network.name, input: network.input, layers };
  /** The value that each blob has at this point of the file; layers that work in place replace it. */
  const values = new Map([[network.input.name, network.input.name]]);
  for (const layer of network.layers) {
    const inputs = layer.bottoms.map((bottom) => valueBehind(values, bottom, layer.name));
    const input = inferShapes(graph).get(inputs[0] ?? '') ?? [];
    for (const built of buildLayers(layer, inputs, input, tensorsOf(layer, input))) {
      layers.push(built);
      values.set(built.blob, built.name);
    }
  }
  validateGraph(graph);
  return graph;
}

function valueBehind(values: ReadonlyMap<string, string>, blob: string, layer: string): string {
  const value = values.get(blob);
  if (value !== undefined) return value;
  throw new HwgqError(
    'invalid-graph',
    `Layer '${layer}' reads the blob '${blob}', which no layer before it gives. Reorder the layers or mend the name.`,
    { layer },
  );
}

/** A layer of the file as layers of the graph: one, but for a Split, which is one for each of its tops. */
function buildLayers(layer: CaffeLayer, inputs: readonly string[], input: Shape, tensors: LayerTensors): Layer[] {
  const { name, tops, parameters } = layer;
  const base = { name, inputs, blob: tops[0] ?? name };
  switch (parameters.type) {
    case 'convolution': {
      const { hasBias, binarization, ...geometry } = parameters;
      const { outputs, kernel } = geometry;
      return [{ ...base, ...geometry, ...tensors.weighted([outputs, undefined, ...kernel], hasBias, binarization) }];
    }
    case 'innerProduct': {
      const { hasBias, binarization, ...rest } = parameters;
      return [{ ...base, ...rest, ...tensors.weighted([rest.outputs, undefined], hasBias, binarization) }];
    }
    case 'batchNorm':
      return [{ ...base, ...parameters, ...tensors.statistics() }];
    case 'scale':
      return [{ ...base, type: 'scale', ...tensors.affine(parameters.hasBias) }];
    case 'flatten':
      return [{ ...base, type: 'reshape', shape: [elementCount(input)] }];
    case 'reshape':
      return [{ ...base, type: 'reshape', shape: resolvedSizes(parameters.sizes, input) }];
    case 'split':
      return tops.map((top, index) => ({
        name: tops.length > 1 ? `${name}_${index}` : name,
        inputs,
        blob: top,
        type: 'dropout',
      }));
    default:
      return [{ ...base, ...parameters }];
  }
}

/** Caffe `ReshapeLayer`, for one image. */
function resolvedSizes(sizes: readonly number[], input: Shape): Shape {
  const kept = sizes.map((size, axis) => (size === 0 ? (input[axis] ?? 1) : size));
  const known = elementCount(kept.filter((size) => size !== -1));
  return kept.map((size) => (size === -1 ? elementCount(input) / known : size));
}
