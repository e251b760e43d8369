import { HwgqError } from '../../errors.ts';
import type { Shape } from '../../graph/graph.ts';
import { asChwShape, type ChwShape } from '../../graph/shapes.ts';
import { type ChannelOrder, channelCount, type Fit, type Mean, type Preprocessing } from '../../image/preprocessing.ts';
import type { Blob } from '../caffe/blob.ts';
import type { DataTransform } from '../caffe/network-description.ts';

/** What is subtracted: a value for each channel of the network, or a mean image at least as large as its input. */
export type MeanOption = ChannelMeans | ({ readonly kind: 'image' } & Blob);

/** A value for each channel, in the network's order. */
export interface ChannelMeans {
  readonly kind: 'channels';
  readonly values: readonly number[];
}

/** What Caffe files leave open about pictures. */
export interface PictureOptions {
  /** In the network's channel order. Default: 0. */
  readonly mean?: MeanOption;
  /** What the difference is multiplied by. Default: 1. */
  readonly scale?: number;
  /** Default: `gray` for one channel, `bgr` for three. */
  readonly channels?: ChannelOrder;
  /** Default: a crop for ImageNet's sizes, a digit for 1 × 28 × 28, otherwise the stretched picture. */
  readonly fit?: Fit;
}

/** Options with what a data layer says put where nothing was asked for, and sentences that say so to people. */
export interface CompletedOptions {
  readonly options: PictureOptions;
  readonly notes: readonly string[];
}

/**
 * Takes mean and scale from a train_val file's data layer where the options give none. One mean stands for all
 * channels, as in Caffe.
 */
export function completeFrom(
  transform: DataTransform | undefined,
  shape: Shape,
  options: PictureOptions,
): CompletedOptions {
  if (!transform) return { options, notes: [] };
  const { means, scale, meanFile } = transform;
  const { channels } = asChwShape(shape);
  const values = means.length === 1 ? new Array<number>(channels).fill(means[0] ?? 0) : means;
  const takesMean = !options.mean && values.length > 0;
  const takesScale = options.scale === undefined && scale !== 1;
  const taken = [...(takesMean ? [`mean ${values.join(', ')}`] : []), ...(takesScale ? [`scale ${scale}`] : [])];
  const lacksMeanFile = !options.mean && !takesMean && meanFile !== undefined;
  return {
    options: {
      ...options,
      ...(takesMean && { mean: { kind: 'channels' as const, values } }),
      ...(takesScale && { scale }),
    },
    notes: [
      ...(taken.length > 0 ? [`The prototxt's data layer gives the preprocessing: ${taken.join(', ')}.`] : []),
      ...(lacksMeanFile
        ? [
            `The prototxt's data layer subtracts the mean image '${meanFile}', which was not given: nothing is subtracted.`,
          ]
        : []),
    ],
  };
}

/** The size to which Caffe's ImageNet examples resize pictures before they crop. */
const IMAGENET_RESIZE = 256;
const IMAGENET_SMALLEST_CROP = 224;
const MNIST_SIZE = 28;

/**
 * How pictures enter a network of a given input shape [channels, height, width].
 * @throws HwgqError `invalid-option` where channels or mean do not fit, `unsupported` where no picture could.
 */
export function preprocessingFor(shape: Shape, options: PictureOptions): Preprocessing {
  const input = asChwShape(shape);
  const { scale = 1, fit = usualFit(input) } = options;
  checkFit(fit, input);
  if (!Number.isFinite(scale) || scale === 0) {
    throw new HwgqError('invalid-option', `The scale is ${scale}; a finite number other than 0 is accepted.`);
  }
  return {
    channels: channelsFor(input, options.channels),
    width: input.width,
    height: input.height,
    fit,
    mean: meanFor(input, options.mean),
    scale,
  };
}

function checkFit(fit: Fit, { width, height }: ChwShape): void {
  if (!('resize' in fit) || fit.resize >= Math.max(width, height)) return;
  throw new HwgqError(
    'invalid-option',
    `Pictures are resized to ${fit.resize}, and the network takes ${width}×${height} out of them. Resize to at least ${Math.max(width, height)}.`,
  );
}

function channelsFor(input: ChwShape, wanted: ChannelOrder | undefined): ChannelOrder {
  if (input.channels !== 1 && input.channels !== 3) {
    throw new HwgqError('unsupported', `The network takes ${input.channels} channels; pictures have 1 or 3.`);
  }
  const channels = wanted ?? (input.channels === 1 ? 'gray' : 'bgr');
  if (channelCount(channels) === input.channels) return channels;
  const accepted = input.channels === 1 ? "'gray'" : "'bgr' or 'rgb'";
  throw new HwgqError(
    'invalid-option',
    `The channels are '${channels}', but the network takes ${input.channels}. Give ${accepted}.`,
  );
}

/** ImageNet networks see the middle of the picture, MNIST's a digit as MNIST has it, others the whole picture. */
function usualFit({ channels, height, width }: ChwShape): Fit {
  const isImageNet = Math.min(height, width) >= IMAGENET_SMALLEST_CROP && Math.max(height, width) < IMAGENET_RESIZE;
  if (isImageNet) return { method: 'crop', resize: IMAGENET_RESIZE };
  const isMnist = channels === 1 && height === MNIST_SIZE && width === MNIST_SIZE;
  return { method: isMnist ? 'digit' : 'stretch' };
}

function meanFor(input: ChwShape, mean: MeanOption | undefined): Mean {
  if (!mean) return { kind: 'channels', values: new Array<number>(input.channels).fill(0) };
  if (mean.kind === 'image') return { kind: 'image', values: centerOf(mean, input) };
  if (mean.values.length === input.channels && mean.values.every(Number.isFinite)) return mean;
  const needed =
    input.channels === 1
      ? '1 channel, so give 1 number'
      : `${input.channels} channels, so give ${input.channels} numbers`;
  throw new HwgqError('invalid-option', `The mean is '${mean.values.join(', ')}'; the network takes ${needed}.`);
}

/** The middle of a mean image, as Caffe's data transformer crops it at test time. */
function centerOf({ shape, values }: Blob, input: ChwShape): Float32Array {
  const [channels = 1, height = 1, width = 1] = shape.slice(-3);
  if (values.length !== input.channels * height * width || height < input.height || width < input.width) {
    const needed = `${input.channels}×${input.height}×${input.width}`;
    throw new HwgqError(
      'invalid-option',
      `The mean image is ${channels}×${height}×${width}; the network takes ${needed}, so give one of at least that size.`,
    );
  }
  const top = Math.floor((height - input.height) / 2);
  const left = Math.floor((width - input.width) / 2);
  const center = new Float32Array(input.channels * input.height * input.width);
  for (let channel = 0; channel < input.channels; channel++) {
    for (let row = 0; row < input.height; row++) {
      const from = (channel * height + top + row) * width + left;
      center.set(values.subarray(from, from + input.width), (channel * input.height + row) * input.width);
    }
  }
  return center;
}
