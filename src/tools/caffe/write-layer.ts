import type { Pair } from '../../graph/graph.ts';
import type { Quantizer } from '../../numerics/quantizer.ts';
import { EnumName, shortestFloat, type WritableMessage } from './format-prototxt.ts';
import type { CaffeLayer, LayerParameters } from './network-description.ts';

/** The options of a layer for training: fillers, learning rates and moving averages. */
export interface TrainingOptions {
  readonly param?: readonly WritableMessage[];
  readonly weightFiller?: WritableMessage;
  readonly biasFiller?: WritableMessage;
  readonly batchNorm?: WritableMessage;
}

/** At inference, BatchNorm uses its stored statistics. */
const INFERENCE: TrainingOptions = { batchNorm: { use_global_stats: true } };

/** Returns a layer as the `layer` message of a prototxt. Options with Caffe's default values are left out. */
export function writeLayer(layer: CaffeLayer, training: TrainingOptions = INFERENCE): WritableMessage {
  const { type, ...options } = writeParameters(layer.parameters, training);
  return { name: layer.name, type, bottom: layer.bottoms, top: layer.tops, param: training.param, ...options };
}

function writeParameters(
  parameters: LayerParameters,
  { weightFiller, biasFiller, batchNorm }: TrainingOptions,
): WritableMessage & { readonly type: string } {
  switch (parameters.type) {
    case 'convolution': {
      const { outputs, kernel, stride, pad, dilation, group, hasBias, binarization } = parameters;
      return {
        type: binarization ? 'BinaryConvolution' : 'Convolution',
        convolution_param: {
          num_output: outputs,
          ...pair('pad', 'pad', pad, 0),
          ...pair('kernel_size', 'kernel', kernel),
          ...pair('stride', 'stride', stride, 1),
          dilation: dilation.every((step) => step === 1) ? undefined : dilation,
          group: unless(1, group),
          bias_term: unless(true, hasBias),
          weight_filler: weightFiller,
          bias_filler: hasBias ? biasFiller : undefined,
        },
        binary_convolution_param: binarization && { use_alpha: binarization.useAlpha },
      };
    }
    case 'innerProduct': {
      const { outputs, hasBias, binarization } = parameters;
      return {
        type: binarization ? 'BinaryInnerProduct' : 'InnerProduct',
        inner_product_param: {
          num_output: outputs,
          bias_term: unless(true, hasBias),
          weight_filler: weightFiller,
          bias_filler: hasBias ? biasFiller : undefined,
        },
        binary_inner_product_param: binarization && { use_alpha: binarization.useAlpha },
      };
    }
    case 'pooling': {
      const { method, kernel, stride, pad } = parameters;
      return {
        type: 'Pooling',
        pooling_param: {
          pool: new EnumName(method === 'max' ? 'MAX' : 'AVE'),
          ...(kernel ? pair('kernel_size', 'kernel', kernel) : { global_pooling: true }),
          ...pair('stride', 'stride', stride, 1),
          ...pair('pad', 'pad', pad, 0),
        },
      };
    }
    case 'batchNorm':
      return {
        type: 'BatchNorm',
        batch_norm_param: { ...batchNorm, eps: unless(1e-5, shortestFloat(parameters.epsilon)) },
      };
    case 'scale':
      return {
        type: 'Scale',
        scale_param: parameters.hasBias ? { bias_term: true } : undefined,
      };
    case 'quant':
      return { type: 'Quant', quant_param: writeQuantizer(parameters.quantizer) };
    case 'relu':
      return {
        type: 'ReLU',
        relu_param: parameters.negativeSlope === 0 ? undefined : negativeSlope(parameters.negativeSlope),
      };
    case 'eltwise': {
      const { operation, coefficients } = parameters;
      const word = { sum: undefined, product: new EnumName('PROD'), max: new EnumName('MAX') }[operation];
      const isDefault = word === undefined && coefficients === undefined;
      return {
        type: 'Eltwise',
        eltwise_param: isDefault ? undefined : { operation: word, coeff: coefficients?.map(shortestFloat) },
      };
    }
    case 'lrn': {
      const { size, alpha, beta, k } = parameters;
      const [shortAlpha, shortBeta, shortK] = [alpha, beta, k].map(shortestFloat);
      return { type: 'LRN', lrn_param: { local_size: size, alpha: shortAlpha, beta: shortBeta, k: shortK } };
    }
    case 'reshape':
      // The first size is that of the batch, which is kept.
      return { type: 'Reshape', reshape_param: { shape: { dim: [0, ...parameters.sizes] } } };
    case 'concat':
      return { type: 'Concat' };
    case 'softmax':
      return { type: 'Softmax' };
    case 'dropout':
      return { type: 'Dropout' };
    case 'flatten':
      return { type: 'Flatten' };
    case 'split':
      return { type: 'Split' };
  }
}

/**
 * Returns a quantizer with the backward pass of the paper (section 3). The gradient is clipped to the range of the
 * levels, beyond which a value cannot change its level.
 */
function writeQuantizer(quantizer: Quantizer): WritableMessage {
  switch (quantizer.kind) {
    case 'hwgq': {
      const centers = quantizer.centers.map(shortestFloat);
      return {
        forward_func: 'hwgq',
        backward_func: 'relu',
        centers,
        ...negativeSlope(quantizer.negativeSlope),
        clip_thr: centers.at(-1),
      };
    }
    case 'relu':
      return { forward_func: 'relu', backward_func: 'relu', ...negativeSlope(quantizer.negativeSlope) };
    case 'sign':
    case 'hard_tanh':
      return { forward_func: quantizer.kind, backward_func: 'hard_tanh', clip_thr: 1 };
  }
}

function negativeSlope(slope: number): WritableMessage {
  return { negative_slope: unless(0, shortestFloat(slope)) };
}

/** Returns rows and columns as one number if they are equal, otherwise as `…_h` and `…_w`. Defaults are left out. */
function pair(both: string, prefix: string, [height, width]: Pair, absent?: number): WritableMessage {
  if (height !== width) return { [`${prefix}_h`]: height, [`${prefix}_w`]: width };
  return height === absent ? {} : { [both]: height };
}

function unless<Value>(usual: Value, value: Value): Value | undefined {
  return value === usual ? undefined : value;
}
