import { HwgqError } from '../errors.ts';
import type { ConvolutionLayer, WeightedLayer } from '../graph/graph.ts';
import { convolutionOutput, type Planes } from '../graph/shapes.ts';
import { filterScales, filterValues, type Weights, weightCount } from '../graph/weights.ts';
import type { LevelQuantizer } from '../numerics/quantizer.ts';
import { packSigns } from '../numerics/signs.ts';
import { ChannelFunction } from './channel-function.ts';
import { type IntegerWeights, toIntegerWeights } from './limbs.ts';
import type { Convolution, Epilogue, PlanTensor, TensorId, Windows } from './plan.ts';
import { type AccumulatorRange, float32Range, foldThresholds, integerRange } from './thresholds.ts';

/** The largest |pixel − mean|. */
const LARGEST_INTEGER_INPUT = 255;

/** A layer with weights over a tensor of some kind, ready to be given its epilogue. */
export interface PlannedConvolution {
  readonly output: Planes;
  /** Sums become codes of a quantizer behind `between`. */
  toCodes(input: TensorId, output: TensorId, between: ChannelFunction, quantizer: LevelQuantizer): Convolution;
  /** Sums become floats through `behind`. */
  toFloats(input: TensorId, output: TensorId, behind: ChannelFunction): Convolution;
}

/** The arithmetic that a layer's weights and input allow. */
type Arithmetic =
  | { readonly kind: 'integerConvolution'; readonly weights: IntegerWeights }
  | { readonly kind: 'floatConvolution'; readonly weights: Weights }
  | { readonly kind: 'binaryConvolution'; readonly signs: Uint8Array; readonly count: number };

/**
 * Chooses how a convolution or fully connected layer runs over its input.
 * @throws HwgqError `unsupported` for binary weights in groups, and for floats or real weights over a tensor of codes.
 */
export function planConvolution(layer: WeightedLayer, input: PlanTensor): PlannedConvolution {
  const convolution = asConvolution(layer, input.shape);
  const output = convolutionOutput(convolution, input.shape);
  const arithmetic = chooseArithmetic(convolution, input);
  const toAccumulated = accumulatedValue(convolution, arithmetic, input);
  const base = (id: TensorId, target: TensorId) => {
    const { kernel, stride, pad, dilation, group } = convolution;
    return { layer: layer.name, input: id, output: target, kernel, stride, pad, dilation, group };
  };
  return {
    output,
    toCodes(id, target, between, quantizer) {
      const range = accumulatorRange(convolution, arithmetic, input);
      const { sign, thresholds } = foldThresholds(toAccumulated.andThen(between), quantizer, output.channels, range);
      return withWeights(arithmetic, sign, { ...base(id, target), epilogue: { kind: 'codes', thresholds } });
    },
    toFloats(id, target, behind) {
      const epilogue = { kind: 'floats', ...toAccumulated.andThen(behind).toAffine(output.channels) } as const;
      const sign = new Int8Array(output.channels).fill(1);
      return withWeights(arithmetic, sign, { ...base(id, target), epilogue });
    },
  };
}

function asConvolution(layer: WeightedLayer, input: Planes): ConvolutionLayer {
  if (layer.type === 'convolution') return layer;
  const whole: Windows = { kernel: [input.height, input.width], stride: [1, 1], pad: [0, 0], dilation: [1, 1] };
  return { ...layer, ...whole, type: 'convolution', group: 1 };
}

function chooseArithmetic(layer: ConvolutionLayer, input: PlanTensor): Arithmetic {
  const { weights, outputs } = layer;
  const isBinary = weights.form === 'binary' || weights.form === 'latent';
  if (input.kind === 'integers') {
    const whole = toIntegerWeights(weights, outputs, LARGEST_INTEGER_INPUT);
    if (whole) return { kind: 'integerConvolution', weights: whole };
    throw new HwgqError(
      'unsupported',
      `Layer '${layer.name}' sums too many inputs for 32-bit whole numbers. Give the input as floats.`,
      { layer: layer.name, backend: 'webgpu' },
    );
  }
  if (input.kind === 'floats') return { kind: 'floatConvolution', weights };
  if (isBinary && layer.group === 1) {
    const signs = weights.form === 'binary' ? weights.signs : packSigns(weights.values);
    return { kind: 'binaryConvolution', signs, count: weightCount(weights) };
  }
  throw new HwgqError(
    'unsupported',
    `Layer '${layer.name}' has ${isBinary ? 'binary weights in groups' : 'real weights over codes'}, which WebGPU does not run yet. Use backend 'reference'.`,
    { layer: layer.name, backend: 'webgpu' },
  );
}

/** From the accumulator to the value that Caffe's layer gives: unit of the input, scale of the filter, bias. */
function accumulatedValue(layer: ConvolutionLayer, arithmetic: Arithmetic, input: PlanTensor): ChannelFunction {
  const unit = input.kind === 'integers' ? input.unit : input.kind === 'codes' ? (input.levels[1] as number) : 1;
  const scale =
    arithmetic.kind === 'integerConvolution' ? arithmetic.weights.scale : filterScales(layer.weights, layer.outputs);
  const scaled = ChannelFunction.identity.timesUnit(unit).times(scale);
  return layer.bias ? scaled.plus(layer.bias) : scaled;
}

function accumulatorRange(layer: ConvolutionLayer, arithmetic: Arithmetic, input: PlanTensor): AccumulatorRange {
  switch (arithmetic.kind) {
    case 'integerConvolution':
      return integerRange(arithmetic.weights.bound);
    case 'floatConvolution':
      return float32Range;
    case 'binaryConvolution': {
      const largestCode = input.kind === 'codes' ? input.levels.length - 1 : 0;
      return integerRange((weightCount(layer.weights) / layer.outputs) * largestCode);
    }
  }
}

type WithoutWeights = Windows & {
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly group: number;
  readonly epilogue: Epilogue;
};

/** The step, its filters turned round where `sign` is −1, so that codes rise with accumulators in every channel. */
function withWeights(arithmetic: Arithmetic, sign: Int8Array, step: WithoutWeights): Convolution {
  switch (arithmetic.kind) {
    case 'integerConvolution': {
      const limbs = arithmetic.weights.limbs.map((limb) => {
        const size = limb.length / sign.length;
        return limb.map((digit, index) => digit * (sign[Math.floor(index / size)] as number));
      });
      return { kind: 'integerConvolution', ...step, weights: { limbs } };
    }
    case 'floatConvolution':
      return { kind: 'floatConvolution', ...step, weights: signedFilters(arithmetic.weights, sign) };
    case 'binaryConvolution':
      return { kind: 'binaryConvolution', ...step, signs: signedBits(arithmetic, sign) };
  }
}

function signedFilters(weights: Weights, sign: Int8Array): Float32Array {
  const size = weightCount(weights) / sign.length;
  const signed = new Float32Array(weightCount(weights));
  for (const [output, turn] of sign.entries()) {
    const filter = filterValues(weights, sign.length, output);
    for (let index = 0; index < size; index++) signed[output * size + index] = turn * (filter[index] as number);
  }
  return signed;
}

function signedBits({ signs, count }: { signs: Uint8Array; count: number }, sign: Int8Array): Uint8Array {
  if (sign.every((turn) => turn === 1)) return signs;
  const size = count / sign.length;
  const signed = signs.slice();
  for (let index = 0; index < count; index++) {
    if (sign[Math.floor(index / size)] !== 1) signed[index >> 3] = (signed[index >> 3] as number) ^ (1 << (index & 7));
  }
  return signed;
}
