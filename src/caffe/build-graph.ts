import { HwgqError } from '../errors.ts';
import type { Graph, Layer, Pair, ReluLayer, Shape } from '../graph/graph.ts';
import { elementCount, inferShapes } from '../graph/shapes.ts';
import { validateGraph } from '../graph/validate.ts';
import type { Weights } from '../graph/weights.ts';
import type { Quantizer } from '../numerics/quantizer.ts';
import type { Blob, LayerBlobs } from './caffemodel.ts';
import type { CaffeLayer, CaffeNetwork } from './network.ts';
import type { Message } from './text-format.ts';

/**
 * Joins a network with its weights, by the names of the layers. Binary layers get `latent` weights, others float32.
 * @throws HwgqError `missing-blob`, `shape-mismatch`, `invalid-graph` or `unsupported`, naming the layer.
 */
export function buildGraph(network: CaffeNetwork, blobs: LayerBlobs): Graph {
  // Which value holds a blob's state at this point of the file.
  const values = new Map([[network.input.name, network.input.name]]);
  const layers: Layer[] = [];
  const graph = (): Graph => ({ name: network.name, input: network.input, layers });
  for (const layer of network.layers) {
    const inputs = layer.bottoms.map((bottom) => {
      const value = values.get(bottom);
      if (value !== undefined) return value;
      throw new HwgqError(
        'invalid-graph',
        `Layer '${layer.name}' reads blob '${bottom}', which nothing before it computes. Mend its bottom, or reorder the layers.`,
        { layer: layer.name },
      );
    });
    if (layer.type === 'Split') {
      for (const top of layer.tops) values.set(top, inputs[0] ?? '');
      continue;
    }
    const blob = layer.tops[0] ?? layer.name;
    layers.push(toLayer(layer, { name: layer.name, inputs, blob }, blobs.get(layer.name) ?? [], graph));
    values.set(blob, layer.name);
  }
  validateGraph(graph());
  return graph();
}

type Base = { readonly name: string; readonly inputs: readonly string[]; readonly blob: string };

function toLayer(layer: CaffeLayer, base: Base, blobs: readonly Blob[], graph: () => Graph): Layer {
  const { message, type } = layer;
  const inputShape = (): Shape => inferShapes(graph()).get(base.inputs[0] ?? '') ?? [];
  switch (type) {
    case 'Convolution':
    case 'BinaryConvolution': {
      const parameters = message.message('convolution_param');
      refuse(layer, parameters, 'axis', 1);
      return {
        ...base,
        type: 'convolution',
        outputs: outputsOf(layer, parameters),
        kernel: pair(layer, parameters, 'kernel_size', 'kernel', undefined),
        stride: pair(layer, parameters, 'stride', 'stride', 1),
        pad: pair(layer, parameters, 'pad', 'pad', 0),
        dilation: pair(layer, parameters, 'dilation', 'dilation', 1),
        group: parameters.number('group') ?? 1,
        ...weightsAndBias(layer, parameters, message.message('binary_convolution_param'), blobs),
      };
    }
    case 'InnerProduct':
    case 'BinaryInnerProduct': {
      const parameters = message.message('inner_product_param');
      refuse(layer, parameters, 'axis', 1);
      if (parameters.boolean('transpose')) unsupported(layer, 'transpose: true');
      const binary = message.message('binary_inner_product_param');
      return {
        ...base,
        type: 'innerProduct',
        outputs: outputsOf(layer, parameters),
        ...weightsAndBias(layer, parameters, binary, blobs),
      };
    }
    case 'Pooling': {
      const parameters = message.message('pooling_param');
      const method = parameters.word('pool') ?? 'MAX';
      if (method !== 'MAX' && method !== 'AVE') unsupported(layer, `pool: ${method}`);
      const isGlobal = parameters.boolean('global_pooling') ?? false;
      return {
        ...base,
        type: 'pooling',
        method: method === 'MAX' ? 'max' : 'average',
        ...(isGlobal ? {} : { kernel: pair(layer, parameters, 'kernel_size', 'kernel', undefined) }),
        stride: pair(layer, parameters, 'stride', 'stride', 1),
        pad: pair(layer, parameters, 'pad', 'pad', 0),
      };
    }
    case 'BatchNorm': {
      const [meanSums, varianceSums, factors] = [0, 1, 2].map((index) => needed(layer, blobs, index).values) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const epsilon = Math.fround(message.message('batch_norm_param').number('eps') ?? 1e-5);
      return { ...base, type: 'batchNorm', meanSums, varianceSums, factor: factors[0] ?? 0, epsilon };
    }
    case 'Scale': {
      const parameters = message.message('scale_param');
      refuse(layer, parameters, 'axis', 1);
      const gamma = needed(layer, blobs, 0).values;
      const hasBeta = parameters.boolean('bias_term') ?? false;
      return { ...base, type: 'scale', gamma, ...(hasBeta ? { beta: needed(layer, blobs, 1).values } : {}) };
    }
    case 'Quant':
      return { ...base, type: 'quant', quantizer: toQuantizer(layer, message.message('quant_param')) };
    case 'ReLU': {
      const negativeSlope = Math.fround(message.message('relu_param').number('negative_slope') ?? 0);
      return { ...base, type: 'relu', negativeSlope } satisfies ReluLayer;
    }
    case 'Eltwise': {
      const parameters = message.message('eltwise_param');
      const operations = { SUM: 'sum', PROD: 'product', MAX: 'max' } as const;
      const word = parameters.word('operation') ?? 'SUM';
      if (!(word in operations)) unsupported(layer, `operation: ${word}`);
      const coefficients = parameters.numbers('coeff').map(Math.fround);
      const operation = operations[word as keyof typeof operations];
      return { ...base, type: 'eltwise', operation, ...(coefficients.length > 0 ? { coefficients } : {}) };
    }
    case 'Concat':
      refuse(layer, message.message('concat_param'), 'axis', 1);
      return { ...base, type: 'concat' };
    case 'LRN': {
      const parameters = message.message('lrn_param');
      if (parameters.word('norm_region') === 'WITHIN_CHANNEL') unsupported(layer, 'norm_region: WITHIN_CHANNEL');
      return {
        ...base,
        type: 'lrn',
        size: parameters.number('local_size') ?? 5,
        alpha: Math.fround(parameters.number('alpha') ?? 1),
        beta: Math.fround(parameters.number('beta') ?? 0.75),
        k: Math.fround(parameters.number('k') ?? 1),
      };
    }
    case 'Softmax':
      return { ...base, type: 'softmax' };
    case 'Dropout':
      return { ...base, type: 'dropout' };
    case 'Flatten':
      return { ...base, type: 'reshape', shape: [elementCount(inputShape())] };
    case 'Reshape': {
      const dims = message.message('reshape_param').message('shape').numbers('dim');
      return { ...base, type: 'reshape', shape: reshaped(dims, inputShape()) };
    }
    default:
      return unsupported(layer, `type: ${type}`);
  }
}

/** Caffe's Reshape: the first dimension is the batch, 0 keeps a dimension, −1 takes what is left. */
function reshaped(dims: readonly number[], input: Shape): Shape {
  const shape = dims.slice(1).map((size, axis) => (size === 0 ? (input[axis] ?? 1) : size));
  const known = shape.filter((size) => size > 0).reduce((product, size) => product * size, 1);
  return shape.map((size) => (size === -1 ? elementCount(input) / known : size));
}

function weightsAndBias(
  layer: CaffeLayer,
  parameters: Message,
  binary: Message,
  blobs: readonly Blob[],
): { weights: Weights; bias?: Float32Array } {
  const { values } = needed(layer, blobs, 0);
  const isBinary = layer.type.startsWith('Binary') && (binary.boolean('use_binarization') ?? true);
  const weights: Weights = isBinary
    ? { form: 'latent', values, useAlpha: binary.boolean('use_alpha') ?? true }
    : { form: 'float32', values };
  return (parameters.boolean('bias_term') ?? true) ? { weights, bias: needed(layer, blobs, 1).values } : { weights };
}

function needed(layer: CaffeLayer, blobs: readonly Blob[], index: number): Blob {
  const blob = blobs[index];
  if (blob) return blob;
  throw new HwgqError(
    'missing-blob',
    `Layer '${layer.name}' (${layer.type}) needs blob ${index}, and the weights have ${blobs.length} for it. Are network and weights of the same model?`,
    { layer: layer.name, index, seen: blobs.length },
  );
}

function outputsOf(layer: CaffeLayer, parameters: Message): number {
  const outputs = parameters.number('num_output') ?? 0;
  if (Number.isInteger(outputs) && outputs > 0) return outputs;
  throw new HwgqError('shape-mismatch', `Layer '${layer.name}' has num_output ${outputs}; it must be 1 or more.`, {
    layer: layer.name,
  });
}

/** Height and width of a parameter that may be given once, twice, or as `NAME_h` and `NAME_w`. */
function pair(
  layer: CaffeLayer,
  parameters: Message,
  repeated: string,
  prefix: string,
  fallback: number | undefined,
): Pair {
  const values = parameters.numbers(repeated);
  const height = parameters.number(`${prefix}_h`) ?? values[0] ?? fallback;
  const width = parameters.number(`${prefix}_w`) ?? values[1] ?? values[0] ?? fallback;
  const least = prefix === 'pad' ? 0 : 1;
  const isValid = [height, width].every((size) => Number.isInteger(size) && (size as number) >= least);
  if (height !== undefined && width !== undefined && isValid) return [height, width];
  throw new HwgqError(
    'shape-mismatch',
    `Layer '${layer.name}' has ${repeated} ${height ?? '(none)'}×${width ?? '(none)'}; whole numbers from ${least} are accepted.`,
    { layer: layer.name },
  );
}

function toQuantizer(layer: CaffeLayer, parameters: Message): Quantizer {
  const kind = parameters.word('forward_func') ?? 'hwgq';
  const negativeSlope = Math.fround(parameters.number('negative_slope') ?? 0);
  switch (kind) {
    case 'hwgq': {
      const centers = parameters.numbers('centers').map(Math.fround);
      const isRising = centers.every((center, index) => center > (centers[index - 1] ?? 0));
      if (centers.length > 0 && centers.length < 16 && isRising) return { kind, centers, negativeSlope };
      throw new HwgqError(
        'shape-mismatch',
        `Layer '${layer.name}' has the centers ${centers.join(', ') || '(none)'}; 1 to 15 positive, rising ones are accepted.`,
        { layer: layer.name },
      );
    }
    case 'sign':
    case 'hard_tanh':
      return { kind };
    case 'relu':
      return { kind, negativeSlope };
    default:
      return unsupported(layer, `forward_func: ${kind}`);
  }
}

function refuse(layer: CaffeLayer, parameters: Message, name: string, usual: number): void {
  const value = parameters.number(name);
  if (value !== undefined && value !== usual) unsupported(layer, `${name}: ${value}`);
}

function unsupported(layer: CaffeLayer, what: string): never {
  throw new HwgqError('unsupported', `Layer '${layer.name}' (${layer.type}) has ${what}, which is not supported.`, {
    layer: layer.name,
  });
}
