import type {
  BatchNormLayer,
  ConcatLayer,
  ConvolutionLayer,
  DropoutLayer,
  EltwiseLayer,
  InnerProductLayer,
  Layer,
  LrnLayer,
  PoolingLayer,
  QuantLayer,
  ReluLayer,
  ScaleLayer,
  Shape,
  SoftmaxLayer,
} from '../../graph/graph.ts';

/** What a prototxt says of a layer of the graph: all but its place in the network and its tensors. */
type Parameters<Kind extends Layer, Tensors extends keyof Kind = never> = Omit<
  Kind,
  'name' | 'inputs' | 'blob' | Tensors
>;

interface WithBias {
  readonly hasBias: boolean;
}

interface WithWeights extends WithBias {
  /** Present: the layer binarizes its weights, and scales them by mean |w| where `useAlpha` says so. */
  readonly binarization?: { readonly useAlpha: boolean };
}

/** The parameters of each type of layer, in the graph's words; shapes that depend on the input are still open. */
export type LayerParameters =
  | (Parameters<ConvolutionLayer, 'weights' | 'bias'> & WithWeights)
  | (Parameters<InnerProductLayer, 'weights' | 'bias'> & WithWeights)
  | Parameters<PoolingLayer>
  | Parameters<BatchNormLayer, 'meanSums' | 'varianceSums' | 'factor'>
  | (Parameters<ScaleLayer, 'gamma' | 'beta'> & WithBias)
  | Parameters<QuantLayer>
  | Parameters<ReluLayer>
  | Parameters<EltwiseLayer>
  | Parameters<ConcatLayer>
  | Parameters<LrnLayer>
  | Parameters<SoftmaxLayer>
  | Parameters<DropoutLayer>
  | { readonly type: 'flatten' }
  /** Sizes without the batch: 0 keeps the input's, −1 (at most one) takes what is left. */
  | { readonly type: 'reshape'; readonly sizes: readonly number[] }
  | { readonly type: 'split' };

/** A layer as the prototxt has it: connected by blobs, without weights. */
export interface CaffeLayer {
  readonly name: string;
  readonly bottoms: readonly string[];
  /** One, or several for a `split`. */
  readonly tops: readonly string[];
  readonly parameters: LayerParameters;
}

/** What a train_val file's data layer does to its pictures, as Caffe's `transform_param` has it: (x − mean) · scale. */
export interface DataTransform {
  /** A value for each channel, one for all of them, or none. */
  readonly means: readonly number[];
  readonly scale: number;
  /** Path of the mean image, on the machine that trained. */
  readonly meanFile?: string;
}

/** What a prototxt says of a network at inference: no data, loss or accuracy layers, and one input. */
export interface CaffeNetwork {
  readonly name: string;
  /** The input blob and its shape without the batch. */
  readonly input: { readonly name: string; readonly shape: Shape };
  readonly layers: readonly CaffeLayer[];
  /** Absent where the file has no data layer: a deploy file leaves preprocessing open. */
  readonly transform?: DataTransform;
}
