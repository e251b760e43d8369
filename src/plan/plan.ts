import type { Pair } from '../graph/graph.ts';
import type { ChwShape } from '../graph/shapes.ts';
import type { CodeLevels } from './code-levels.ts';
import type { LimbWeights } from './limbs.ts';

/** Whole numbers of magnitude up to `largest`, to be multiplied by `unit`. */
export interface IntegerTensor {
  readonly kind: 'integers';
  readonly shape: ChwShape;
  readonly unit: number;
  readonly largest: number;
}

/** float32 values. */
export interface FloatTensor {
  readonly kind: 'floats';
  readonly shape: ChwShape;
}

/** Indices into `levels`, to be kept as `bits` bit planes. */
export interface CodeTensor {
  readonly kind: 'codes';
  readonly shape: ChwShape;
  readonly bits: number;
  readonly levels: Float64Array;
}

/** What flows between steps, one image of it. */
export type PlanTensor = IntegerTensor | FloatTensor | CodeTensor;

/** Index into `Plan.tensors`. */
export type TensorId = number;

/** Where the windows of a convolution or pooling lie. */
export interface Windows {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly pad: Pair;
  readonly dilation: Pair;
}

/**
 * Which code an accumulator becomes: the number of its channel's thresholds that it exceeds.
 * `thresholds[k]` holds one number a channel, not falling with k.
 */
export interface CodeEpilogue {
  readonly kind: 'codes';
  readonly thresholds: readonly Float64Array[];
}

/** Codes made of floats as these are made: the number of thresholds that sign · y exceeds, per channel. */
export interface AttachedCodes {
  readonly output: TensorId;
  /** +1 or −1, per channel. */
  readonly sign: Int8Array;
  readonly thresholds: readonly Float64Array[];
  /** Whether the floats are needed besides; otherwise nobody keeps them. */
  readonly floatsAreRead: boolean;
}

/**
 * Which float an accumulator becomes: y = factor · accumulator + offset, per channel, then y · negativeSlope where
 * y < 0, then y held between `lowest` and `highest`, rounded to float32.
 */
export interface FloatEpilogue {
  readonly kind: 'floats';
  readonly factor: Float64Array;
  readonly offset: Float64Array;
  /** 1 leaves negative values as they are, 0 is a ReLU. */
  readonly negativeSlope: number;
  readonly lowest: number;
  readonly highest: number;
  /** Floats added to y place by place, in float32: the other branch of a residual block (plan/fuse.ts). */
  readonly shortcut?: TensorId;
  readonly codes?: AttachedCodes;
}

export type Epilogue = CodeEpilogue | FloatEpilogue;

/** A convolution; a fully connected layer is one whose kernel is the whole input. */
interface ConvolutionBase extends Windows {
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly group: number;
  readonly epilogue: Epilogue;
}

/** First layer over whole numbers: every sum is exact. */
export interface IntegerConvolution extends ConvolutionBase {
  readonly kind: 'integerConvolution';
  readonly weights: LimbWeights;
}

export interface FloatConvolution extends ConvolutionBase {
  readonly kind: 'floatConvolution';
  readonly weights: Float32Array;
}

/** Over codes with weights of one bit: the accumulator is Σ ±level, in units of `levels` (plan/code-levels.ts). */
export interface BinaryConvolution extends ConvolutionBase {
  readonly kind: 'binaryConvolution';
  /** Canonical bits (numerics/signs.ts), filters that the plan negated already turned round. */
  readonly signs: Uint8Array;
  readonly levels: CodeLevels;
}

export interface CodePooling extends Windows {
  readonly kind: 'codePooling';
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  /** Channels whose smallest code is taken instead of the largest, since their codes fall as the pooled value rises. */
  readonly smallest: Uint8Array;
}

export interface FloatPooling extends Windows {
  readonly kind: 'floatPooling';
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly method: 'max' | 'average';
  /** What the pooled values pass through. */
  readonly epilogue: FloatEpilogue;
}

/** y = factor · x + offset, then the slope, per channel. */
export interface Pointwise {
  readonly kind: 'pointwise';
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly epilogue: FloatEpilogue;
}

/** Floats to codes: code = how many thresholds sign · x exceeds. */
export interface Quantize {
  readonly kind: 'quantize';
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  /** +1 or −1, per channel. */
  readonly sign: Int8Array;
  readonly epilogue: CodeEpilogue;
}

/** Codes to what they stand for: `values[code]`, float32 numbers, or whole ones where the output is of integers. */
export interface Dequantize {
  readonly kind: 'dequantize';
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly values: Float64Array;
}

/** Two tensors of floats, value by value; coefficients other than 1 are for sums only. */
export interface Eltwise {
  readonly kind: 'eltwise';
  readonly layer: string;
  readonly input: TensorId;
  readonly other: TensorId;
  readonly output: TensorId;
  readonly operation: 'sum' | 'product' | 'max';
  readonly coefficients: readonly [number, number];
}

/** One part of a concatenation: the input's channels stand in the output from `firstChannel` on. */
export interface ConcatPart {
  readonly kind: 'concatPart';
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly firstChannel: number;
}

/** Local response normalization across channels: x / (k + alpha / size · Σ x²)^beta. */
export interface Lrn {
  readonly kind: 'lrn';
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

/** Softmax over the channels of each pixel. */
export interface Softmax {
  readonly kind: 'softmax';
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
}

/** The same floats under another shape; both shapes are read planar, as Caffe's are. */
export interface Reshape {
  readonly kind: 'reshape';
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
}

export type Convolution = IntegerConvolution | FloatConvolution | BinaryConvolution;
export type Step =
  | Convolution
  | CodePooling
  | FloatPooling
  | Pointwise
  | Quantize
  | Dequantize
  | Eltwise
  | ConcatPart
  | Lrn
  | Softmax
  | Reshape;

/** The form of a network's input: integers times a unit, which first layers sum exactly, or floats. */
export type PlanInput = { readonly kind: 'integers'; readonly unit: number } | { readonly kind: 'floats' };

/** A network as the steps a machine takes, in order. Tensor 0 is the input. */
export interface Plan {
  readonly tensors: readonly PlanTensor[];
  readonly steps: readonly Step[];
  /** The tensors to give back, in the order asked for. */
  readonly outputs: readonly TensorId[];
}
