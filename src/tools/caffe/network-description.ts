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

/** The parameters of a graph layer, without its connections and tensors. */
type Parameters<Kind extends Layer, Tensors extends keyof Kind = never> = Omit<
  Kind,
  'name' | 'inputs' | 'blob' | Tensors
>;

interface WithBias {
  readonly hasBias: boolean;
}

interface WithWeights extends WithBias {
  /** Present if the layer binarizes its weights. `useAlpha` scales them by mean |w|. */
  readonly binarization?: { readonly useAlpha: boolean };
}

/** The parameters of each layer type, named as in the graph. They do not depend on the layer's input. */
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
  /** The sizes without the batch: 0 keeps the input's size, and one −1 is inferred from the number of elements. */
  | { readonly type: 'reshape'; readonly sizes: readonly number[] }
  | { readonly type: 'split' };

/** A layer of a prototxt, connected by blobs and without weights. */
export interface CaffeLayer {
  readonly name: string;
  readonly bottoms: readonly string[];
  /** The outputs: one, or several for a `split`. */
  readonly tops: readonly string[];
  readonly parameters: LayerParameters;
}

/** The preprocessing of a train_val file's data layer (Caffe's `transform_param`): (x − mean) · scale. */
export interface DataTransform {
  /** One value for each channel, one for all channels, or none. */
  readonly means: readonly number[];
  readonly scale: number;
  /** Path of the mean image on the machine that trained the network. */
  readonly meanFile?: string;
}

/** The network of a prototxt at inference, with one input and without data, loss and accuracy layers. */
export interface CaffeNetwork {
  readonly name: string;
  /** The input blob and its shape without the batch. */
  readonly input: { readonly name: string; readonly shape: Shape };
  readonly layers: readonly CaffeLayer[];
  /** Absent if the file has no data layer. A deploy file does not define the preprocessing. */
  readonly transform?: DataTransform;
}
