/** The order of a network's colour channels. Caffe's usual order is `bgr`; `gray` is ITU-R BT.601 luma. */
export type ChannelOrder = 'bgr' | 'rgb' | 'gray';

/**
 * The rule that fits a picture of any size to the network's size:
 * - `crop`: stretches to `resize` × `resize`, then crops the center (Caffe's default for ImageNet);
 * - `shorterSide`: resizes the shorter side to `resize`, keeping the aspect ratio, then crops the center;
 * - `stretch`: stretches to the network's size;
 * - `digit`: normalizes a digit as MNIST does: light ink on dark (inverted if the border is light), cropped to the ink,
 *   fitted into 20/28 of the network's size with its aspect ratio, and centered by its center of mass.
 *
 * A picture that already has the network's size is not resized.
 */
export type Fit =
  | { readonly method: 'crop'; readonly resize: number }
  | { readonly method: 'shorterSide'; readonly resize: number }
  | { readonly method: 'stretch' }
  | { readonly method: 'digit' };

/** The values to subtract: one per channel, in the network's channel order, or a mean image (planar, C × H × W). */
export type Mean =
  | { readonly kind: 'channels'; readonly values: readonly number[] }
  | { readonly kind: 'image'; readonly values: Float32Array };

/** The conversion of a decoded picture to the network's input, as in Caffe: (x − mean) · scale. */
export interface Preprocessing {
  readonly channels: ChannelOrder;
  /** The width of the network's input, in pixels. */
  readonly width: number;
  /** The height of the network's input, in pixels. */
  readonly height: number;
  readonly fit: Fit;
  readonly mean: Mean;
  readonly scale: number;
}

/** Returns the number of channels. */
export function channelCount(order: ChannelOrder): number {
  return order === 'gray' ? 1 : 3;
}

/** Returns whether the first layer's input is integers: pixels minus integer means. */
export function takesIntegers({ mean }: Preprocessing): boolean {
  return mean.kind === 'channels' && mean.values.every(Number.isInteger);
}
