import { HwgqError } from '../../errors.ts';
import type { BatchNormLayer, Graph, Layer, ScaleLayer, Shape, WeightedLayer } from '../../graph/graph.ts';
import { addShape, elementCount } from '../../graph/shapes.ts';
import { validateGraph } from '../../graph/validate.ts';
import { validateNumbers } from '../../graph/validate-numbers.ts';
import type { CaffeWeights } from './caffemodel.ts';
import { LayerBlobs } from './layer-blobs.ts';
import type { CaffeLayer, CaffeNetwork, LayerParameters } from './network-description.ts';

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
  const shapes = new Map<string, Shape>([[network.input.name, network.input.shape]]);
  let current: { readonly layer: CaffeLayer; readonly tensors: LayerTensors; readonly input: Shape } | undefined;
  for (const value of connectBlobs(network)) {
    const { layer } = value;
    // The values of a Split share the layer.
    if (current?.layer !== layer) {
      const input = shapes.get(value.inputs[0] ?? '') ?? [];
      current = { layer, input, tensors: tensorsOf(layer, input) };
    }
    const built = buildLayer(value, current.input, current.tensors);
    addShape(shapes, built);
    layers.push(built);
  }
  validateGraph(graph);
  validateNumbers(graph);
  return graph;
}

/** A value of a network, connected by names: one for each layer, or one for each top of a Split. */
export interface ConnectedValue {
  /** A name that is unique in the network: the layer's own, unless another value has it. */
  readonly name: string;
  /** The names of the values that the layer reads. */
  readonly inputs: readonly string[];
  readonly blob: string;
  readonly type: Layer['type'];
  readonly layer: CaffeLayer;
}

/**
 * Connects the layers of a network by their blobs. An in-place layer replaces the value of its blob for the layers after
 * it. Layers of one name, which Caffe accepts, get different ones.
 * @throws HwgqError `invalid-graph`, naming the layer, for a blob that no earlier layer computes.
 */
export function connectBlobs(network: CaffeNetwork): ConnectedValue[] {
  const values = new Map([[network.input.name, network.input.name]]);
  const names = new Set([network.input.name]);
  const uniqueName = (wanted: string) => {
    let name = wanted;
    for (let count = 2; names.has(name); count++) name = `${wanted}_${count}`;
    names.add(name);
    return name;
  };
  const connected: ConnectedValue[] = [];
  for (const layer of network.layers) {
    const inputs = layer.bottoms.map((bottom) => currentValue(values, bottom, layer.name));
    const type = graphTypeOf(layer.parameters);
    for (const [index, blob] of layer.tops.entries()) {
      const name = uniqueName(layer.tops.length > 1 ? `${layer.name}_${index}` : layer.name);
      connected.push({ name, inputs, blob, type, layer });
      values.set(blob, name);
    }
  }
  return connected;
}

function graphTypeOf({ type }: LayerParameters): Layer['type'] {
  return type === 'flatten' ? 'reshape' : type === 'split' ? 'dropout' : type;
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

function buildLayer({ name, inputs, blob, layer }: ConnectedValue, input: Shape, tensors: LayerTensors): Layer {
  const { parameters } = layer;
  const base = { name, inputs, blob };
  switch (parameters.type) {
    case 'convolution': {
      const { hasBias, binarization, ...geometry } = parameters;
      const { outputs, kernel } = geometry;
      return { ...base, ...geometry, ...tensors.weighted([outputs, undefined, ...kernel], hasBias, binarization) };
    }
    case 'innerProduct': {
      const { hasBias, binarization, ...rest } = parameters;
      return { ...base, ...rest, ...tensors.weighted([rest.outputs, undefined], hasBias, binarization) };
    }
    case 'batchNorm':
      return { ...base, ...parameters, ...tensors.statistics() };
    case 'scale':
      return { ...base, type: 'scale', ...tensors.affine(parameters.hasBias) };
    case 'flatten':
      return { ...base, type: 'reshape', shape: [elementCount(input)] };
    case 'reshape':
      return { ...base, type: 'reshape', shape: resolveSizes(layer.name, parameters.sizes, input) };
    case 'split':
      return { ...base, type: 'dropout' };
    default:
      return { ...base, ...parameters };
  }
}

/**
 * Returns the output shape of a Caffe `ReshapeLayer` for one image.
 * @throws HwgqError `unsupported` for more than three sizes, `shape-mismatch` for a −1 that has no integer solution.
 */
function resolveSizes(layer: string, sizes: readonly number[], input: Shape): Shape {
  const given = `Layer '${layer}' reshapes ${input.join('×')} to ${sizes.join('×')}`;
  if (sizes.length < 1 || sizes.length > 3) {
    throw new HwgqError('unsupported', `${given}; 1 to 3 sizes besides the batch are supported.`, { layer });
  }
  const kept = sizes.map((size, axis) => (size === 0 ? (input[axis] ?? 1) : size));
  const known = elementCount(kept.filter((size) => size !== -1));
  const inferred = elementCount(input) / known;
  if (kept.includes(-1) && !Number.isInteger(inferred)) {
    throw new HwgqError(
      'shape-mismatch',
      `${given}: ${elementCount(input)} values are not a multiple of ${known}. Check its sizes and the input's.`,
      { layer },
    );
  }
  return kept.map((size) => (size === -1 ? inferred : size));
}
