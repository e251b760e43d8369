import { HwgqError } from '../../errors.ts';
import type { CaffeNetwork } from '../caffe/network-description.ts';
import type { TrainingRecipe, WeightFiller } from '../caffe/write-network.ts';
import { alexNet } from './alexnet.ts';
import { googLeNet } from './googlenet.ts';
import { leNet } from './lenet.ts';
import { cifarSmall, cifarVgg, darkNet19, vggVariant } from './plain.ts';
import { SIGN, TWO_CENTERS } from './quantizers.ts';
import { resNet18, resNet34, resNet50 } from './resnet.ts';

/** A known network and its training recipe. */
export interface KnownNetwork {
  readonly describe: () => CaffeNetwork;
  readonly recipe: TrainingRecipe;
}

const IMAGENET = {
  databases: { train: 'ilsvrc12_train_lmdb', test: 'ilsvrc12_val_lmdb' },
  mean: [104, 117, 123],
  scale: 1,
  augment: true,
};

/** The training pictures are padded by 4 pixels, and random crops of the original size are taken. */
const CIFAR10 = {
  databases: { train: 'cifar10_pad_train_lmdb', test: 'cifar10_test_lmdb' },
  mean: [114, 123, 125],
  augment: true,
};

const MNIST = {
  databases: { train: 'mnist_train_lmdb', test: 'mnist_test_lmdb' },
  mean: [],
  scale: 1 / 256,
  augment: false,
};

const gaussian: TrainingRecipe['weightFiller'] = ({ parameters }) => ({
  type: 'gaussian',
  std: parameters.type === 'innerProduct' && parameters.binarization ? 0.005 : 0.01,
});

const always = (type: Exclude<WeightFiller['type'], 'gaussian'>) => () => ({ type });

const alexNetRecipe: TrainingRecipe = { ...IMAGENET, batch: { train: 128, test: 50 }, weightFiller: gaussian };
const deepRecipe: TrainingRecipe = { ...IMAGENET, batch: { train: 64, test: 25 }, weightFiller: always('msra') };

/** The networks of the paper, of its ablations, and of this project, by their names in the command. */
export const NETWORKS = {
  alexnet: { describe: alexNet, recipe: alexNetRecipe },
  /** Ablation: sign activations. */
  alexsign: {
    describe: () => alexNet({ name: 'AlexNet-sign', quantizer: SIGN }),
    recipe: alexNetRecipe,
  },
  /** Ablation: two positive levels at non-uniform centers. */
  alex2n: {
    describe: () => alexNet({ name: 'AlexNet-HWGQ-2n', quantizer: TWO_CENTERS }),
    recipe: alexNetRecipe,
  },
  resnet18: { describe: resNet18, recipe: deepRecipe },
  resnet34: { describe: resNet34, recipe: deepRecipe },
  resnet50: { describe: resNet50, recipe: deepRecipe },
  googlenet: {
    describe: googLeNet,
    recipe: { ...IMAGENET, batch: { train: 64, test: 50 }, weightFiller: always('xavier') },
  },
  vgg: { describe: vggVariant, recipe: deepRecipe },
  darknet19: { describe: darkNet19, recipe: deepRecipe },
  cifarvgg: {
    describe: cifarVgg,
    recipe: { ...CIFAR10, scale: 1, batch: { train: 100, test: 100 }, weightFiller: always('msra') },
  },
  cifarsmall: {
    describe: cifarSmall,
    recipe: { ...CIFAR10, scale: 1 / 64, batch: { train: 128, test: 100 }, weightFiller: always('msra') },
  },
  lenet: { describe: leNet, recipe: { ...MNIST, batch: { train: 64, test: 100 }, weightFiller: gaussian } },
} satisfies Readonly<Record<string, KnownNetwork>>;

/** The name of a known network. */
export type NetworkName = keyof typeof NETWORKS;

/** The names of all known networks. */
export const NETWORK_NAMES = Object.keys(NETWORKS) as readonly NetworkName[];

/**
 * Returns a known network.
 * @throws HwgqError `invalid-option` that lists the known names.
 */
export function knownNetwork(name: string): KnownNetwork {
  const known = NETWORK_NAMES.find((candidate) => candidate === name);
  if (known) return NETWORKS[known];
  throw new HwgqError('invalid-option', `There is no network '${name}'. Use one of: ${NETWORK_NAMES.join(', ')}.`);
}
