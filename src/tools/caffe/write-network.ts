import { EnumName, formatPrototxt, type WritableMessage } from './format-prototxt.ts';
import type { CaffeLayer, CaffeNetwork } from './network-description.ts';
import { type TrainingOptions, writeLayer } from './write-layer.ts';

/** How Caffe's fillers draw the first weights: of a given deviation, or of one that follows from the layer's inputs. */
export type WeightFiller =
  | { readonly type: 'gaussian'; readonly std: number }
  | { readonly type: 'msra' }
  | { readonly type: 'xavier' };

/** What a training file says beside the network: where the examples are, how they enter, how the weights begin. */
export interface TrainingRecipe {
  /** LMDB databases of the examples. */
  readonly databases: { readonly train: string; readonly test: string };
  readonly batch: { readonly train: number; readonly test: number };
  /** Subtracted from each channel, in the network's channel order; none: nothing is. */
  readonly mean: readonly number[];
  /** What the difference is multiplied by. */
  readonly scale: number;
  /** Training pictures are cut at random places and mirrored at random. Otherwise they enter as they are. */
  readonly augment: boolean;
  readonly weightFiller: (layer: CaffeLayer) => WeightFiller;
}

/** How much of the old moving averages BatchNorm keeps at each step. */
const MOVING_AVERAGE_FRACTION = 0.95;

const WEIGHTS: WritableMessage = { lr_mult: 1, decay_mult: 1 };
const BIAS: WritableMessage = { lr_mult: 2, decay_mult: 0 };
/** BatchNorm's statistics are kept by the layer itself, never learnt. */
const STATISTIC: WritableMessage = { lr_mult: 0 };

/** Prints a network at inference (`deploy.prototxt`), for one image; `readNetwork` reads the same network back. */
export function writeNetwork({ name, input, layers }: CaffeNetwork): string {
  return formatPrototxt({
    name,
    input: input.name,
    input_shape: { dim: [1, ...input.shape] },
    layer: layers.map((layer) => writeLayer(layer)),
  });
}

/**
 * Prints a network to be trained (`train_val.prototxt`): data layers for both phases, fillers and learning rates, and
 * loss and accuracies in place of a closing Softmax.
 */
export function writeTrainingNetwork(network: CaffeNetwork, recipe: TrainingRecipe): string {
  const softmax = network.layers.findLast(({ parameters }) => parameters.type === 'softmax');
  const layers = network.layers.filter((layer) => layer !== softmax);
  const scores = softmax?.bottoms[0] ?? layers.at(-1)?.tops[0] ?? network.input.name;
  return formatPrototxt({
    name: network.name,
    layer: [
      dataLayer(network, recipe, 'train'),
      dataLayer(network, recipe, 'test'),
      ...layers.map((layer) => writeLayer(layer, trainingOptions(layer, recipe))),
      judge('loss', 'SoftmaxWithLoss', scores),
      { ...judge('accuracy-top1', 'Accuracy', scores), include: phase('test') },
      { ...judge('accuracy-top5', 'Accuracy', scores), include: phase('test'), accuracy_param: { top_k: 5 } },
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

function judge(name: string, type: string, scores: string): WritableMessage {
  return { name, type, bottom: [scores, 'label'], top: name };
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
