import { HwgqError } from '../../errors.ts';
import type { BatchNormLayer, Graph, Layer, ScaleLayer, Shape, WeightedLayer } from '../../graph/graph.ts';
import { elementCount, inferShapes } from '../../graph/shapes.ts';
import { validateGraph } from '../../graph/validate.ts';
import type { CaffeWeights } from './caffemodel.ts';
import { LayerBlobs } from './layer-blobs.ts';
import type { CaffeLayer, CaffeNetwork } from './network-description.ts';

/**
 * Builds the graph of a network and its weights, which are matched by the names of layers. Binarizing layers have
 * `latent` weights, others float32. Large tensors are views into the caffemodel.
 * @throws HwgqError `missing-blob`, `shape-mismatch` or `invalid-graph`, naming the layer.
 */
export function buildGraph(network: CaffeNetwork, weights: CaffeWeights): Graph {
  return connectLayers(network, ({ name }) => new LayerBlobs(name, weights));
}

/** Provides the tensors of one layer, from a caffemodel or another source. */
export interface LayerTensors {
  /**
   * Returns the weights and bias of a convolution or fully connected layer.
   * @param shape the shape of the weights, with undefined for a dimension that depends on the input.
   */
  weighted(
    shape: readonly (number | undefined)[],
    hasBias: boolean,
    binarization: { readonly useAlpha: boolean } | undefined,
  ): Pick<WeightedLayer, 'weights' | 'bias'>;
  /** Returns the statistics of a BatchNorm. */
  statistics(): Pick<BatchNormLayer, 'meanSums' | 'varianceSums' | 'factor'>;
  /** Returns the gammas and betas of a Scale. */
  affine(hasBias: boolean): Pick<ScaleLayer, 'gamma' | 'beta'>;
}

/**
 * Builds the graph of a network: connects its layers by their blobs and adds the tensors of each layer.
 * @param tensorsOf returns the tensors of a layer; `input` is the shape of the layer's input.
 * @throws HwgqError `shape-mismatch` or `invalid-graph`, naming the layer; the errors of `tensorsOf`.
 */
export function connectLayers(
  network: CaffeNetwork,
  tensorsOf: (layer: CaffeLayer, input: Shape) => LayerTensors,
): Graph {
  const layers: Layer[] = [];
  const graph: Graph = { name: network.name, input: network.input, layers };
  /** Maps each blob to its value at this point of the file. In-place layers replace it. */
  const values = new Map([[network.input.name, network.input.name]]);
  for (const layer of network.layers) {
    const inputs = layer.bottoms.map((bottom) => currentValue(values, bottom, layer.name));
    const input = inferShapes(graph).get(inputs[0] ?? '') ?? [];
    for (const built of buildLayers(layer, inputs, input, tensorsOf(layer, input))) {
      layers.push(built);
      values.set(built.blob, built.name);
    }
  }
  validateGraph(graph);
  return graph;
}

function currentValue(values: ReadonlyMap<string, string>, blob: string, layer: string): string {
  const value = values.get(blob);
  if (value !== undefined) return value;
  throw new HwgqError(
    'invalid-graph',
    `Layer '${layer}' reads the blob '${blob}', which no earlier layer computes. Correct the name or the order of the layers.`,
    { layer },
  );
}

/** Returns the graph layers of a Caffe layer: one, or one for each top of a Split. */
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
      return [{ ...base, type: 'reshape', shape: resolveSizes(parameters.sizes, input) }];
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

/** Returns the output shape of a Caffe `ReshapeLayer` for one image. */
function resolveSizes(sizes: readonly number[], input: Shape): Shape {
  const kept = sizes.map((size, axis) => (size === 0 ? (input[axis] ?? 1) : size));
  const known = elementCount(kept.filter((size) => size !== -1));
  return kept.map((size) => (size === -1 ? elementCount(input) / known : size));
}
