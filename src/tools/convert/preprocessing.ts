import { HwgqError } from '../../errors.ts';
import type { Shape } from '../../graph/graph.ts';
import { asChwShape, type ChwShape } from '../../graph/shapes.ts';
import { indexOfNonFinite } from '../../graph/validate-numbers.ts';
import { type ChannelOrder, channelCount, type Fit, type Mean, type Preprocessing } from '../../image/preprocessing.ts';
import type { Blob } from '../caffe/blob.ts';
import type { DataTransform } from '../caffe/network-description.ts';

/** The mean to subtract: a value for each channel, or a mean image at least as large as the network's input. */
export type MeanOption = ChannelMeans | ({ readonly kind: 'image' } & Blob);

/** A mean for each channel, in the network's order. */
export interface ChannelMeans {
  readonly kind: 'channels';
  readonly values: readonly number[];
}

/** Preprocessing options that Caffe files do not always contain. */
export interface PictureOptions {
  /** Mean to subtract, in the network's channel order. Default: 0. */
  readonly mean?: MeanOption;
  /** Factor in (x − mean) · scale. Default: 1. */
  readonly scale?: number;
  /** Channel order. Default: `gray` for one channel, `bgr` for three. */
  readonly channels?: ChannelOrder;
  /** Rule for resizing pictures. Default: `crop` for ImageNet sizes, `digit` for 1 × 28 × 28, otherwise `stretch`. */
  readonly fit?: Fit;
}

/** Options completed from a data layer, and notes for the user about it. */
export interface CompletedOptions {
  readonly options: PictureOptions;
  readonly notes: readonly string[];
}

/**
 * Completes options that are not given with the mean and scale of a train_val file's data layer. A single mean applies to
 * all channels, as in Caffe.
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
  const usesMean = !options.mean && values.length > 0;
  const usesScale = options.scale === undefined && scale !== 1;
  const used = [...(usesMean ? [`mean ${values.join(', ')}`] : []), ...(usesScale ? [`scale ${scale}`] : [])];
  const lacksMeanFile = !options.mean && !usesMean && meanFile !== undefined;
  return {
    options: {
      ...options,
      ...(usesMean && { mean: { kind: 'channels' as const, values } }),
      ...(usesScale && { scale }),
    },
    notes: [
      ...(used.length > 0 ? [`Using the preprocessing of the prototxt's data layer: ${used.join(', ')}.`] : []),
      ...(lacksMeanFile
        ? [
            `The prototxt's data layer subtracts the mean image '${meanFile}', which was not given. No mean is subtracted.`,
          ]
        : []),
    ],
  };
}

/** Size to which Caffe's ImageNet examples resize pictures before cropping. */
const IMAGENET_RESIZE = 256;
const IMAGENET_SMALLEST_CROP = 224;
const MNIST_SIZE = 28;

/**
 * Returns the preprocessing for a network.
 * @param shape the network's input shape, [channels, height, width].
 * @throws HwgqError `invalid-option` if an option does not fit the shape, `unsupported` if no picture fits it.
 */
export function preprocessingFor(shape: Shape, options: PictureOptions): Preprocessing {
  const input = asChwShape(shape);
  const { scale = 1, fit = defaultFit(input) } = options;
  checkFit(fit, input);
  if (!Number.isFinite(scale) || scale === 0) {
    throw new HwgqError('invalid-option', `The scale is ${scale}. Pass a finite number other than 0.`);
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
    `The fit resizes pictures to ${fit.resize}, which is smaller than the network's input of ${width}×${height}. Resize to at least ${Math.max(width, height)}.`,
  );
}

function channelsFor(input: ChwShape, wanted: ChannelOrder | undefined): ChannelOrder {
  if (input.channels !== 1 && input.channels !== 3) {
    throw new HwgqError('unsupported', `The network has ${input.channels} input channels; pictures have 1 or 3.`);
  }
  const channels = wanted ?? (input.channels === 1 ? 'gray' : 'bgr');
  if (channelCount(channels) === input.channels) return channels;
  const accepted = input.channels === 1 ? "'gray'" : "'bgr' or 'rgb'";
  throw new HwgqError(
    'invalid-option',
    `The channel order is '${channels}', and the network has ${input.channels} input channels. Use ${accepted}.`,
  );
}

/** Returns the default fit: a center crop for ImageNet, a digit for MNIST, otherwise the whole picture. */
function defaultFit({ channels, height, width }: ChwShape): Fit {
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
    input.channels === 1 ? '1 channel. Pass 1 number' : `${input.channels} channels. Pass ${input.channels} numbers`;
  throw new HwgqError('invalid-option', `The mean is '${mean.values.join(', ')}', and the network has ${needed}.`);
}

/** Returns the center of a mean image, as Caffe's data transformer crops it at test time. */
function centerOf({ shape, values }: Blob, input: ChwShape): Float32Array {
  const [channels = 1, height = 1, width = 1] = shape.slice(-3);
  if (values.length !== input.channels * height * width || height < input.height || width < input.width) {
    const needed = `${input.channels}×${input.height}×${input.width}`;
    throw new HwgqError(
      'invalid-option',
      `The mean image is ${channels}×${height}×${width}, and the network's input is ${needed}. Use a mean image with the same channels and at least that size.`,
    );
  }
  const invalid = indexOfNonFinite(values);
  if (invalid >= 0) {
    throw new HwgqError(
      'invalid-option',
      `The mean image has the value ${values[invalid]} (number ${invalid}); every value must be finite. Compute it again.`,
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
