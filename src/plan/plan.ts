import type { Pair } from '../graph/graph.ts';
import type { ChwShape } from '../graph/shapes.ts';
import type { CodeLevels } from './code-levels.ts';
import type { LimbWeights } from './limbs.ts';

/** Integers of magnitude up to `largest`, to be multiplied by `unit`. */
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

/** Indices into `levels`, stored as `bits` bit planes. */
export interface CodeTensor {
  readonly kind: 'codes';
  readonly shape: ChwShape;
  readonly bits: number;
  readonly levels: Float64Array;
}

/** A tensor that steps read and write, for one image. */
export type PlanTensor = IntegerTensor | FloatTensor | CodeTensor;

/** Index into `Plan.tensors`. */
export type TensorId = number;

/** The geometry of a convolution's or pooling's windows. */
export interface Windows {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly pad: Pair;
  readonly dilation: Pair;
}

/**
 * Converts accumulators to codes: the code is the number of its channel's thresholds that the accumulator exceeds.
 * `thresholds[k]` holds one number for each channel, which never falls as k rises.
 */
export interface CodeEpilogue {
  readonly kind: 'codes';
  readonly thresholds: readonly Float64Array[];
}

/** A quantization fused into the step that produces its floats: the code is the number of thresholds that sign · y exceeds. */
export interface FusedQuantization {
  readonly output: TensorId;
  /** +1 or −1 for each channel. */
  readonly sign: Int8Array;
  readonly thresholds: readonly Float64Array[];
  /** Whether other steps read the floats, so that they are stored as well. */
  readonly keepsFloats: boolean;
}

/**
 * Converts accumulators to floats, channel by channel: y = factor · accumulator + offset, multiplied by `negativeSlope`
 * if y < 0, clamped to `lowest` and `highest`, rounded to float32.
 */
export interface FloatEpilogue {
  readonly kind: 'floats';
  readonly factor: Float64Array;
  readonly offset: Float64Array;
  /** 1 leaves negative values as they are, 0 is a ReLU. */
  readonly negativeSlope: number;
  readonly lowest: number;
  readonly highest: number;
  /** A tensor added to y element by element in float32: the other branch of a residual block (plan/fuse.ts). */
  readonly shortcut?: TensorId;
  readonly codes?: FusedQuantization;
}

export type Epilogue = CodeEpilogue | FloatEpilogue;

/** A convolution. A fully connected layer is a convolution whose kernel covers the input. */
interface ConvolutionBase extends Windows {
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly group: number;
  readonly epilogue: Epilogue;
}

/** A convolution of integers, usually the first layer. Every sum is exact. */
export interface IntegerConvolution extends ConvolutionBase {
  readonly kind: 'integerConvolution';
  readonly weights: LimbWeights;
}

export interface FloatConvolution extends ConvolutionBase {
  readonly kind: 'floatConvolution';
  readonly weights: Float32Array;
}

/** A convolution of codes with 1-bit weights. The accumulator is Σ ±level, in units of `levels` (plan/code-levels.ts). */
export interface BinaryConvolution extends ConvolutionBase {
  readonly kind: 'binaryConvolution';
  /** The signs in canonical order (numerics/signs.ts). Filters that the plan negates are already negated. */
  readonly signs: Uint8Array;
  readonly levels: CodeLevels;
}

/** A max-pooling of codes. */
export interface CodePooling extends Windows {
  readonly kind: 'codePooling';
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  /** 1 for each channel whose smallest code is taken, since its codes fall as the pooled value rises; otherwise 0. */
  readonly smallest: Uint8Array;
}

export interface FloatPooling extends Windows {
  readonly kind: 'floatPooling';
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly method: 'max' | 'average';
  /** Applied to the pooled values. */
  readonly epilogue: FloatEpilogue;
}

/** An epilogue applied to each element of a tensor. */
export interface Pointwise {
  readonly kind: 'pointwise';
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly epilogue: FloatEpilogue;
}

/** Converts floats to codes: the code is the number of thresholds that sign · x exceeds. */
export interface Quantize {
  readonly kind: 'quantize';
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  /** +1 or −1 for each channel. */
  readonly sign: Int8Array;
  readonly epilogue: CodeEpilogue;
}

/** Converts codes to `values[code]`: integers if the output is a tensor of integers, otherwise float32 numbers. */
export interface Dequantize {
  readonly kind: 'dequantize';
  readonly layer: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly values: Float64Array;
}

/** Combines two tensors of floats element by element. Only sums have coefficients other than 1. */
export interface Eltwise {
  readonly kind: 'eltwise';
  readonly layer: string;
  readonly input: TensorId;
  readonly other: TensorId;
  readonly output: TensorId;
  readonly operation: 'sum' | 'product' | 'max';
  readonly coefficients: readonly [number, number];
}

/** Copies one part of a concatenation: the input's channels go to the output from `firstChannel` on. */
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

/** Gives floats another shape. Both shapes are in CHW order, as in Caffe. */
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

/** A network as a sequence of steps. Tensor 0 is the input. */
export interface Plan {
  readonly tensors: readonly PlanTensor[];
  readonly steps: readonly Step[];
  /** The tensors of the requested blobs, in the requested order. */
  readonly outputs: readonly TensorId[];
}
