import type { Quantizer } from '../numerics/quantizer.ts';
import type { Weights } from './weights.ts';

/** Rows, then columns. */
export type Pair = readonly [height: number, width: number];

/** One image's shape without the batch: [channels, height, width], or [length] behind a fully connected layer. */
export type Shape = readonly number[];

interface LayerBase {
  /** Unique in the graph. It also names the value that the layer computes: layers refer to each other by it. */
  readonly name: string;
  /** The values it reads: names of earlier layers, or of the graph's input. */
  readonly inputs: readonly string[];
  /** Caffe's name for the output (`top`). Layers that work in place share one: its final value is the last layer's. */
  readonly blob: string;
}

export interface ConvolutionLayer extends LayerBase {
  readonly type: 'convolution';
  readonly outputs: number;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly pad: Pair;
  readonly dilation: Pair;
  readonly group: number;
  /** [outputs][input channels / group][kernel height][kernel width]. */
  readonly weights: Weights;
  readonly bias?: Float32Array;
}

export interface InnerProductLayer extends LayerBase {
  readonly type: 'innerProduct';
  readonly outputs: number;
  /** [outputs][channels · height · width of the input]. */
  readonly weights: Weights;
  readonly bias?: Float32Array;
}

export interface PoolingLayer extends LayerBase {
  readonly type: 'pooling';
  readonly method: 'max' | 'average';
  /** Absent: the whole plane (`global_pooling`). */
  readonly kernel?: Pair;
  readonly stride: Pair;
  readonly pad: Pair;
}

/**
 * y = (x − mean) / sqrt(variance + epsilon), per channel. Caffe stores running sums and one factor to divide them by;
 * they are kept so, since the quotients are no float32 numbers (graph/batch-norm.ts makes them).
 */
export interface BatchNormLayer extends LayerBase {
  readonly type: 'batchNorm';
  readonly meanSums: Float32Array;
  readonly varianceSums: Float32Array;
  readonly factor: number;
  readonly epsilon: number;
}

/** y = gamma · x + beta, per channel. */
export interface ScaleLayer extends LayerBase {
  readonly type: 'scale';
  readonly gamma: Float32Array;
  readonly beta?: Float32Array;
}

export interface QuantLayer extends LayerBase {
  readonly type: 'quant';
  readonly quantizer: Quantizer;
}

export interface ReluLayer extends LayerBase {
  readonly type: 'relu';
  readonly negativeSlope: number;
}

export interface EltwiseLayer extends LayerBase {
  readonly type: 'eltwise';
  readonly operation: 'sum' | 'product' | 'max';
  /** One for each input; only for `sum`. */
  readonly coefficients?: readonly number[];
}

/** Joins its inputs along the channels. */
export interface ConcatLayer extends LayerBase {
  readonly type: 'concat';
}

/** Local response normalization across channels: x / (k + alpha / size · Σ x²)^beta. */
export interface LrnLayer extends LayerBase {
  readonly type: 'lrn';
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

export interface SoftmaxLayer extends LayerBase {
  readonly type: 'softmax';
}

/** Nothing at inference; kept so that its blob can be asked for by name. */
export interface DropoutLayer extends LayerBase {
  readonly type: 'dropout';
}

/** The same values under another shape (Caffe's `Flatten` and `Reshape`). */
export interface ReshapeLayer extends LayerBase {
  readonly type: 'reshape';
  readonly shape: Shape;
}

export type Layer =
  | ConvolutionLayer
  | InnerProductLayer
  | PoolingLayer
  | BatchNormLayer
  | ScaleLayer
  | QuantLayer
  | ReluLayer
  | EltwiseLayer
  | ConcatLayer
  | LrnLayer
  | SoftmaxLayer
  | DropoutLayer
  | ReshapeLayer;

export type LayerType = Layer['type'];

/** Layers that carry weights. */
export type WeightedLayer = ConvolutionLayer | InnerProductLayer;

/** A network of one input, its layers in an order in which they can run. */
export interface Graph {
  readonly name: string;
  /** The input's blob name and its shape [channels, height, width]. */
  readonly input: { readonly name: string; readonly shape: Shape };
  readonly layers: readonly Layer[];
}

export function isWeighted(layer: Layer): layer is WeightedLayer {
  return layer.type === 'convolution' || layer.type === 'innerProduct';
}
