import { EnumName, formatPrototxt, type WritableMessage } from './format-prototxt.ts';
import type { CaffeLayer, CaffeNetwork } from './network-description.ts';
import { type TrainingOptions, writeLayer } from './write-layer.ts';

/** A Caffe filler of initial weights, with a given deviation or one derived from the layer's inputs. */
export type WeightFiller =
  | { readonly type: 'gaussian'; readonly std: number }
  | { readonly type: 'msra' }
  | { readonly type: 'xavier' };

/** The options of a training file: the examples, their preprocessing and the initial weights. */
export interface TrainingRecipe {
  /** LMDB databases of the examples. */
  readonly databases: { readonly train: string; readonly test: string };
  readonly batch: { readonly train: number; readonly test: number };
  /** The value subtracted from each channel, in the network's channel order. Empty to subtract nothing. */
  readonly mean: readonly number[];
  /** The factor of the difference. */
  readonly scale: number;
  /** Whether training pictures are cropped and mirrored at random. */
  readonly augment: boolean;
  readonly weightFiller: (layer: CaffeLayer) => WeightFiller;
}

/** The share of its moving averages that BatchNorm keeps in each step. */
const MOVING_AVERAGE_FRACTION = 0.95;

const WEIGHTS: WritableMessage = { lr_mult: 1, decay_mult: 1 };
const BIAS: WritableMessage = { lr_mult: 2, decay_mult: 0 };
/** The layer computes BatchNorm's statistics, so that they must not be trained. */
const STATISTIC: WritableMessage = { lr_mult: 0 };

/** Returns the prototxt of a network at inference (`deploy.prototxt`) for one image. `readNetwork` reads it back. */
export function writeNetwork({ name, input, layers }: CaffeNetwork): string {
  return formatPrototxt({
    name,
    input: input.name,
    input_shape: { dim: [1, ...input.shape] },
    layer: layers.map((layer) => writeLayer(layer)),
  });
}

/**
 * Returns the prototxt of a network for training (`train_val.prototxt`), with data layers for both phases, fillers,
 * learning rates, and loss and accuracies instead of a final Softmax.
 */
export function writeTrainingNetwork(network: CaffeNetwork, recipe: TrainingRecipe): string {
  const softmax = network.layers.findLast(({ parameters }) => parameters.type === 'softmax');
  const layers = network.layers.filter((layer) => layer !== softmax);
  const logits = softmax?.bottoms[0] ?? layers.at(-1)?.tops[0] ?? network.input.name;
  return formatPrototxt({
    name: network.name,
    layer: [
      dataLayer(network, recipe, 'train'),
      dataLayer(network, recipe, 'test'),
      ...layers.map((layer) => writeLayer(layer, trainingOptions(layer, recipe))),
      lossLayer('loss', 'SoftmaxWithLoss', logits),
      { ...lossLayer('accuracy-top1', 'Accuracy', logits), include: phase('test') },
      { ...lossLayer('accuracy-top5', 'Accuracy', logits), include: phase('test'), accuracy_param: { top_k: 5 } },
    ],
  });
}

function dataLayer({ input }: CaffeNetwork, recipe: TrainingRecipe, use: 'train' | 'test'): WritableMessage {
  const { augment, mean, scale } = recipe;
  return {
    name: input.name,
    type: 'Data',
    top: [input.name, 'label'],
    include: phase(use),
    transform_param: {
      mirror: augment ? use === 'train' : undefined,
      crop_size: augment ? input.shape.at(-1) : undefined,
      mean_value: mean,
      scale: scale === 1 ? undefined : scale,
    },
    data_param: { source: recipe.databases[use], batch_size: recipe.batch[use], backend: new EnumName('LMDB') },
  };
}

function phase(use: 'train' | 'test'): WritableMessage {
  return { phase: new EnumName(use.toUpperCase()) };
}

function lossLayer(name: string, type: string, logits: string): WritableMessage {
  return { name, type, bottom: [logits, 'label'], top: name };
}

function trainingOptions(layer: CaffeLayer, { weightFiller }: TrainingRecipe): TrainingOptions {
  const { parameters } = layer;
  switch (parameters.type) {
    case 'convolution':
    case 'innerProduct':
      return {
        param: parameters.hasBias ? [WEIGHTS, BIAS] : [WEIGHTS],
        weightFiller: { ...weightFiller(layer) },
        biasFiller: { type: 'constant', value: 0 },
      };
    case 'batchNorm':
      return {
        param: [STATISTIC, STATISTIC, STATISTIC],
        batchNorm: { moving_average_fraction: MOVING_AVERAGE_FRACTION },
      };
    default:
      return {};
  }
}
