import { HwgqError } from '../errors.ts';
import type { ConvolutionLayer, WeightedLayer } from '../graph/graph.ts';
import { type ChwShape, convolutionOutput } from '../graph/shapes.ts';
import { filterScales, filterValues, type Weights, weightCount } from '../graph/weights.ts';
import { float16ToFloat32 } from '../numerics/float16.ts';
import type { LevelQuantizer } from '../numerics/quantizer.ts';
import { packSigns } from '../numerics/signs.ts';
import { ChannelFunction } from './channel-function.ts';
import { type CodeLevels, codeLevels } from './code-levels.ts';
import { CODE_LIMBS, FLOAT_LIMBS, fitIntegerSums, type IntegerWeights, toIntegerWeights } from './limbs.ts';
import type { Convolution, Epilogue, FloatEpilogue, PlanTensor, TensorId, Windows } from './plan.ts';
import { type AccumulatorRange, float32Range, foldThresholds, integerRange } from './thresholds.ts';

/** A layer with weights and a known kind of input, which becomes a step once its epilogue is known. */
export interface PlannedConvolution {
  readonly output: ChwShape;
  readonly weightCount: number;
  /** Returns the step that computes codes. `between` maps the layer's values to the quantizer's input. */
  toCodes(input: TensorId, output: TensorId, between: ChannelFunction, quantizer: LevelQuantizer): Convolution;
  /** Returns the arithmetic of a step that computes floats. */
  forFloats(): {
    /** Converts the accumulator to the value of Caffe's layer: unit of the input, scale of the filter, bias. */
    readonly accumulated: ChannelFunction;
    toFloats(input: TensorId, output: TensorId, epilogue: FloatEpilogue): Convolution;
  };
}

/** The arithmetic that a layer's weights and input allow. */
type Arithmetic =
  | { readonly kind: 'integerConvolution'; readonly weights: IntegerWeights; readonly unit: number }
  | { readonly kind: 'floatConvolution'; readonly weights: Weights }
  | { readonly kind: 'binaryConvolution'; readonly signs: Uint8Array; readonly levels: CodeLevels };

/** Whether a layer's weights are signs, so that sums of codes are sums of integers. */
export function hasBinaryWeights({ weights }: WeightedLayer): boolean {
  return weights.form === 'binary' || weights.form === 'latent';
}

/**
 * Chooses the arithmetic of a convolution or fully connected layer.
 * @returns undefined if the input must be converted to floats first, because sums might not fit 32 bits or real weights
 *   meet codes.
 */
export function planConvolution(layer: WeightedLayer, input: PlanTensor): PlannedConvolution | undefined {
  const convolution = asConvolution(layer, input.shape);
  const output = convolutionOutput(convolution, input.shape);
  const { weights, outputs } = convolution;
  if (input.kind === 'integers' && !fitIntegerSums(weights, outputs, input.largest)) return undefined;
  if (input.kind === 'codes' && !hasBinaryWeights(convolution)) return undefined;
  const count = weightCount(layer.weights);
  const base = (id: TensorId, target: TensorId) => {
    const { kernel, stride, pad, dilation, group } = convolution;
    return { layer: layer.name, input: id, output: target, kernel, stride, pad, dilation, group };
  };
  return {
    output,
    weightCount: count,
    toCodes(id, target, between, quantizer) {
      const arithmetic = arithmeticOf(convolution, input, CODE_LIMBS);
      const accumulated = accumulatedValue(convolution, arithmetic);
      const range = accumulatorRange(convolution, arithmetic);
      const { sign, thresholds } = foldThresholds(accumulated.andThen(between), quantizer, output.channels, range);
      return withWeights(arithmetic, sign, { ...base(id, target), epilogue: { kind: 'codes', thresholds } }, count);
    },
    forFloats() {
      const arithmetic = arithmeticOf(convolution, input, FLOAT_LIMBS);
      const sign = new Int8Array(output.channels).fill(1);
      return {
        accumulated: accumulatedValue(convolution, arithmetic),
        toFloats: (id, target, epilogue) => withWeights(arithmetic, sign, { ...base(id, target), epilogue }, count),
      };
    },
  };
}

function asConvolution(layer: WeightedLayer, input: ChwShape): ConvolutionLayer {
  if (layer.type === 'convolution') return layer;
  const full: Windows = { kernel: [input.height, input.width], stride: [1, 1], pad: [0, 0], dilation: [1, 1] };
  return { ...layer, ...full, type: 'convolution', group: 1 };
}

function arithmeticOf(layer: ConvolutionLayer, input: PlanTensor, maxLimbs: number): Arithmetic {
  const { weights, outputs } = layer;
  switch (input.kind) {
    case 'integers': {
      const integers = toIntegerWeights(weights, outputs, input.largest, maxLimbs);
      return { kind: 'integerConvolution', weights: integers, unit: input.unit };
    }
    case 'floats':
      return { kind: 'floatConvolution', weights };
    case 'codes': {
      const signs = weights.form === 'binary' ? weights.signs : packSigns(weights.values as Float32Array);
      return { kind: 'binaryConvolution', signs, levels: codeLevels(input.levels) };
    }
  }
}

function accumulatedValue(layer: ConvolutionLayer, arithmetic: Arithmetic): ChannelFunction {
  const scaled = unitOf(arithmetic).times(
    arithmetic.kind === 'integerConvolution' ? arithmetic.weights.scale : filterScales(layer.weights, layer.outputs),
  );
  return layer.bias ? scaled.plus(layer.bias) : scaled;
}

function unitOf(arithmetic: Arithmetic): ChannelFunction {
  switch (arithmetic.kind) {
    case 'integerConvolution':
      return ChannelFunction.identity.timesConstant(arithmetic.unit);
    case 'floatConvolution':
      return ChannelFunction.identity;
    case 'binaryConvolution':
      return ChannelFunction.identity.timesConstant(arithmetic.levels.unit);
  }
}

function accumulatorRange(layer: ConvolutionLayer, arithmetic: Arithmetic): AccumulatorRange {
  switch (arithmetic.kind) {
    case 'integerConvolution':
      return exactRange(layer, arithmetic.weights.bound);
    case 'floatConvolution':
      return float32Range;
    case 'binaryConvolution':
      return exactRange(layer, (weightCount(layer.weights) / layer.outputs) * arithmetic.levels.largest);
  }
}

/** Returns the range of sums up to a bound. @throws HwgqError `unsupported` if they are too large to be exact. */
function exactRange({ name }: ConvolutionLayer, bound: number): AccumulatorRange {
  if (Number.isSafeInteger(bound)) return integerRange(bound);
  throw new HwgqError(
    'unsupported',
    `Layer '${name}' has sums up to ${bound} of its input's levels; at most 2^53 can be counted exactly. Use the backend 'reference'.`,
    { layer: name },
  );
}

type WithoutWeights = Windows & {
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly group: number;
  readonly epilogue: Epilogue;
};

/** Returns a step whose filters are negated where `sign` is −1, so that codes rise with the accumulator in every channel. */
function withWeights(arithmetic: Arithmetic, sign: Int8Array, step: WithoutWeights, count: number): Convolution {
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
      return {
        kind: 'binaryConvolution',
        ...step,
        signs: signedBits(arithmetic.signs, sign, count),
        levels: arithmetic.levels,
      };
  }
}

function signedFilters(weights: Weights, sign: Int8Array): Float32Array {
  const values = floatFilters(weights, sign.length);
  if (sign.every((factor) => factor === 1)) return values;
  const size = values.length / sign.length;
  return values.map((value, index) => value * (sign[Math.floor(index / size)] as number));
}

/** Returns all filters without their scales. */
function floatFilters(weights: Weights, outputs: number): Float32Array {
  if (weights.form === 'float32') return weights.values;
  const values = new Float32Array(weightCount(weights));
  if (weights.form === 'float16') {
    // Without a copy of each filter: fully connected layers have many.
    for (let index = 0; index < values.length; index++) {
      values[index] = float16ToFloat32(weights.values[index] as number);
    }
    return values;
  }
  const size = values.length / outputs;
  for (let output = 0; output < outputs; output++) values.set(filterValues(weights, outputs, output), output * size);
  return values;
}

function signedBits(signs: Uint8Array, sign: Int8Array, count: number): Uint8Array {
  if (sign.every((factor) => factor === 1)) return signs;
  const size = count / sign.length;
  const signed = signs.slice();
  for (let index = 0; index < count; index++) {
    if (sign[Math.floor(index / size)] !== 1) signed[index >> 3] = (signed[index >> 3] as number) ^ (1 << (index & 7));
  }
  return signed;
}
