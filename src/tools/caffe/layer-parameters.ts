import { HwgqError } from '../../errors.ts';
import type { Pair } from '../../graph/graph.ts';
import type { Quantizer } from '../../numerics/quantizer.ts';
import type { ConversionNotes } from './conversion-notes.ts';
import type { Fields } from './fields.ts';
import type { LayerParameters } from './network-description.ts';

/** Reads the parameters of a layer from its message. The caller calls `finish`. */
type ParameterReader = (layer: Fields, name: string, notes: ConversionNotes) => LayerParameters;

/** The reader of each layer type that is supported at inference. */
export const parameterReaders: ReadonlyMap<string, ParameterReader> = new Map<string, ParameterReader>([
  ['BatchNorm', readBatchNorm],
  [
    'BinaryConvolution',
    (layer, name, notes) => ({
      ...readConvolution(layer),
      ...readBinarization(layer, 'binary_convolution_param', name, notes),
    }),
  ],
  [
    'BinaryInnerProduct',
    (layer, name, notes) => ({
      ...readInnerProduct(layer),
      ...readBinarization(layer, 'binary_inner_product_param', name, notes),
    }),
  ],
  ['Concat', readConcat],
  ['Convolution', readConvolution],
  ['Dropout', readDropout],
  ['Eltwise', readEltwise],
  ['Flatten', readFlatten],
  ['InnerProduct', readInnerProduct],
  ['LRN', readLrn],
  ['Pooling', readPooling],
  ['Quant', readQuant],
  ['ReLU', readRelu],
  ['Reshape', readReshape],
  ['Scale', readScale],
  ['Softmax', readSoftmax],
  ['Split', () => ({ type: 'split' })],
]);

/** Codes have at most four bits: 15 centers and the level 0. */
const MAX_CENTERS = 15;

function readConvolution(layer: Fields) {
  const fields = layer.part('convolution_param');
  fields.ignore('weight_filler', 'bias_filler', 'engine', 'force_nd_im2col');
  fields.ignoreWithNote('cudnn_convolution_algo_seeker', 'conv_algos_override', 'cudnn_math_override');
  fields.expect('axis', 1);
  return {
    type: 'convolution',
    outputs: fields.requiredInteger('num_output', 1),
    kernel: readPair(fields, 'kernel_size', 'kernel', 1),
    stride: readPair(fields, 'stride', 'stride', 1, 1),
    pad: readPair(fields, 'pad', 'pad', 0, 0),
    dilation: readPair(fields, 'dilation', 'dilation', 1, 1),
    group: fields.integer('group', 1) ?? 1,
    hasBias: fields.boolean('bias_term', true),
  } as const;
}

function readInnerProduct(layer: Fields) {
  const fields = layer.part('inner_product_param');
  fields.ignore('weight_filler', 'bias_filler');
  fields.ignoreWithNote('engine');
  fields.expect('axis', 1);
  fields.expect('transpose', false);
  return {
    type: 'innerProduct',
    outputs: fields.requiredInteger('num_output', 1),
    hasBias: fields.boolean('bias_term', true),
  } as const;
}

function readBinarization(layer: Fields, part: string, name: string, notes: ConversionNotes) {
  if (!layer.has(part)) notes.addWithoutAlpha(name);
  const fields = layer.part(part);
  const useAlpha = fields.boolean('use_alpha', false);
  return fields.boolean('use_binarization', true) ? { binarization: { useAlpha } } : {};
}

function readPooling(layer: Fields, name: string): LayerParameters {
  const fields = layer.part('pooling_param');
  fields.ignore('engine');
  const pool = fields.word('pool', ['MAX', 'AVE', 'STOCHASTIC'], 'MAX');
  if (pool === 'STOCHASTIC') {
    throw new HwgqError(
      'unsupported',
      `Layer '${name}' has the pooling method STOCHASTIC. MAX and AVE are supported.`,
      {
        layer: name,
      },
    );
  }
  const method = pool === 'MAX' ? 'max' : 'average';
  // Caffe's own option is `round_mode`; forks have `ceil_mode`.
  const roundsDown =
    fields.word('round_mode', ['CEIL', 'FLOOR'], 'CEIL') === 'FLOOR' || !fields.boolean('ceil_mode', true);
  if (fields.boolean('global_pooling', false)) {
    for (const option of ['pad', 'pad_h', 'pad_w']) fields.expect(option, 0);
    for (const option of ['stride', 'stride_h', 'stride_w']) fields.expect(option, 1);
    return { type: 'pooling', method, stride: [1, 1], pad: [0, 0] };
  }
  const kernel = readPair(fields, 'kernel_size', 'kernel', 1);
  const stride = readPair(fields, 'stride', 'stride', 1, 1);
  const pad = readPair(fields, 'pad', 'pad', 0, 0);
  return { type: 'pooling', method, kernel, stride, pad, ...(roundsDown && { rounding: 'down' as const }) };
}

function readBatchNorm(layer: Fields): LayerParameters {
  const fields = layer.part('batch_norm_param');
  fields.ignore('moving_average_fraction');
  fields.ignoreWithNote('filler', 'scale_filler', 'bias_filler', 'engine', 'cudnn_math_override');
  fields.expect('scale_bias', false);
  fields.expect('use_global_stats', true);
  return { type: 'batchNorm', epsilon: fields.float('eps', 1e-5) };
}

function readScale(layer: Fields): LayerParameters {
  const fields = layer.part('scale_param');
  fields.ignore('filler', 'bias_filler');
  fields.ignoreWithNote('engine');
  fields.expect('axis', 1);
  fields.expect('num_axes', 1);
  return { type: 'scale', hasBias: fields.boolean('bias_term', false) };
}

function readQuant(layer: Fields, name: string): LayerParameters {
  const fields = layer.part('quant_param');
  // The original derives its thresholds from the centers and does not read `thrs`; the others affect only training.
  fields.ignore('backward_func', 'clip_thr', 'thrs');
  const kind = fields.string('forward_func') ?? 'hwgq';
  const centers = fields.floats('centers');
  const negativeSlope = fields.float('negative_slope', 0);
  return { type: 'quant', quantizer: quantizerOf(name, kind, centers, negativeSlope) };
}

function quantizerOf(layer: string, kind: string, centers: readonly number[], negativeSlope: number): Quantizer {
  switch (kind) {
    case 'hwgq':
      if (
        centers.length === 0 ||
        centers.length > MAX_CENTERS ||
        centers.some((center, index) => center <= (centers[index - 1] ?? 0))
      ) {
        throw new HwgqError(
          'unsupported',
          `Layer '${layer}' has the centers '${centers.join(', ')}'. hwgq needs 1 to ${MAX_CENTERS}, positive and increasing.`,
          { layer },
        );
      }
      return { kind, centers, negativeSlope };
    case 'relu':
      return { kind, negativeSlope };
    case 'sign':
    case 'hard_tanh':
      return { kind };
    default:
      throw new HwgqError(
        'unsupported',
        `Layer '${layer}' has the forward_func '${kind}'. hwgq, sign, relu and hard_tanh are supported.`,
        { layer },
      );
  }
}

function readRelu(layer: Fields): LayerParameters {
  const fields = layer.part('relu_param');
  fields.ignore('engine');
  fields.expect('fuse', false);
  return { type: 'relu', negativeSlope: fields.float('negative_slope', 0) };
}

function readEltwise(layer: Fields): LayerParameters {
  const fields = layer.part('eltwise_param');
  fields.ignore('stable_prod_grad');
  fields.ignoreWithNote('engine');
  const word = fields.word('operation', ['PROD', 'SUM', 'MAX'], 'SUM');
  // Caffe refuses coefficients of a product, and does not use those of a maximum.
  if (word === 'MAX') fields.ignoreWithNote('coeff');
  if (word !== 'SUM') return { type: 'eltwise', operation: word === 'PROD' ? 'product' : 'max' };
  const coefficients = fields.floats('coeff');
  return { type: 'eltwise', operation: 'sum', ...(coefficients.length > 0 && { coefficients }) };
}

function readConcat(layer: Fields): LayerParameters {
  const fields = layer.part('concat_param');
  fields.expect('axis', 1);
  fields.expect('concat_dim', 1);
  fields.ignoreWithNote('engine');
  return { type: 'concat' };
}

function readLrn(layer: Fields, name: string): LayerParameters {
  const fields = layer.part('lrn_param');
  fields.ignore('engine');
  const region = fields.word('norm_region', ['ACROSS_CHANNELS', 'WITHIN_CHANNEL'], 'ACROSS_CHANNELS');
  if (region !== 'ACROSS_CHANNELS') {
    throw new HwgqError(
      'unsupported',
      `Layer '${name}' has the norm_region ${region}. Only ACROSS_CHANNELS is supported.`,
      { layer: name, option: 'norm_region' },
    );
  }
  return {
    type: 'lrn',
    size: fields.integer('local_size', 1) ?? 5,
    alpha: fields.float('alpha', 1),
    beta: fields.float('beta', 0.75),
    k: fields.float('k', 1),
  };
}

function readSoftmax(layer: Fields): LayerParameters {
  const fields = layer.part('softmax_param');
  fields.ignore('engine');
  fields.expect('axis', 1);
  return { type: 'softmax' };
}

function readDropout(layer: Fields): LayerParameters {
  layer.ignore('dropout_param');
  return { type: 'dropout' };
}

function readFlatten(layer: Fields): LayerParameters {
  const fields = layer.part('flatten_param');
  fields.expect('axis', 1);
  fields.expect('end_axis', -1);
  return { type: 'flatten' };
}

function readReshape(layer: Fields): LayerParameters {
  const fields = layer.part('reshape_param');
  fields.expect('axis', 0);
  fields.expect('num_axes', -1);
  const [, ...sizes] = fields.part('shape').integers('dim', -1);
  return { type: 'reshape', sizes };
}

/**
 * Reads a value for rows and columns: `both` once for both, `both` twice, or `…_h` and `…_w`.
 * @throws HwgqError `prototxt-syntax` if it is absent and has no default.
 */
function readPair(fields: Fields, both: string, prefix: string, least: number, absent?: number): Pair {
  const [height, width = height] = fields.integers(both, least, 2);
  if (height !== undefined && width !== undefined) return [height, width];
  const along = (axis: 'h' | 'w') =>
    fields.integer(`${prefix}_${axis}`, least) ?? absent ?? fields.requiredInteger(both, least);
  return [along('h'), along('w')];
}
