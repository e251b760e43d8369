import type { Quantizer } from '../numerics/quantizer.ts';
import type { Weights } from './weights.ts';

/** A size or distance along rows and columns. */
export type Pair = readonly [height: number, width: number];

/** The shape of one image without the batch: [channels, height, width], or [length] after a fully connected layer. */
export type Shape = readonly number[];

interface LayerBase {
  /** A name that is unique in the graph. It also names the layer's value, and other layers refer to it by this name. */
  readonly name: string;
  /** The values that the layer reads: names of earlier layers or of the graph's input. */
  readonly inputs: readonly string[];
  /** Caffe's name of the output (`top`). In-place layers share a blob, which ends up with the last layer's value. */
  readonly blob: string;
}

export interface ConvolutionLayer extends LayerBase {
  readonly type: 'convolution';
  /** Output channels. */
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
  /** Absent for a pooling over the entire input (`global_pooling`). */
  readonly kernel?: Pair;
  readonly stride: Pair;
  readonly pad: Pair;
  /** Rounding of the output's size. Absent for Caffe's own rule, which rounds up. */
  readonly rounding?: 'down';
}

/**
 * Normalizes each channel: y = (x − mean) / sqrt(variance + epsilon). As in Caffe, the statistics are running sums and
 * one factor that divides them. The quotients are not float32 numbers; graph/batch-norm.ts computes them.
 */
export interface BatchNormLayer extends LayerBase {
  readonly type: 'batchNorm';
  readonly meanSums: Float32Array;
  readonly varianceSums: Float32Array;
  readonly factor: number;
  readonly epsilon: number;
}

/** Scales each channel: y = gamma · x + beta. */
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
  /** One coefficient for each input, for `sum` only. */
  readonly coefficients?: readonly number[];
}

/** Concatenates its inputs along the channels. */
export interface ConcatLayer extends LayerBase {
  readonly type: 'concat';
}

/** Local response normalization across channels: y = x / (k + alpha / size · Σ x²)^beta. */
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

/** Does nothing at inference. It is kept so that its blob can be requested by name. */
export interface DropoutLayer extends LayerBase {
  readonly type: 'dropout';
}

/** Gives its input another shape (Caffe's `Flatten` and `Reshape`). */
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

/** A layer with weights. */
export type WeightedLayer = ConvolutionLayer | InnerProductLayer;

/** A network with one input. Its layers are in execution order. */
export interface Graph {
  readonly name: string;
  /** The input's blob name and its shape [channels, height, width]. */
  readonly input: { readonly name: string; readonly shape: Shape };
  readonly layers: readonly Layer[];
  /** The blob that holds the scores of the classes. Absent if that is the network's only end (graph/scores.ts). */
  readonly scores?: string;
}

export function isWeighted(layer: Layer): layer is WeightedLayer {
  return layer.type === 'convolution' || layer.type === 'innerProduct';
}
