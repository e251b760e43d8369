/** The order in which a network takes colours: Caffe's usual is `bgr`. Gray is ITU-R BT.601 luma. */
export type ChannelOrder = 'bgr' | 'rgb' | 'gray';

/**
 * How a picture of any size becomes one of the network's size:
 * - `crop`: stretched to `resize` × `resize`, then the center cut out (Caffe's ImageNet default);
 * - `shorterSide`: its shorter side made `resize` with the aspect kept, then the center cut out;
 * - `stretch`: stretched to the network's size;
 * - `digit`: as MNIST's digits were made: light ink on dark (turned round where the border is light), cut to the
 *   ink, fitted into 20/28 of the network's size with the aspect kept, and centered by its center of mass.
 * A picture that already has the network's size is taken as it is.
 */
export type Fit =
  | { readonly method: 'crop'; readonly resize: number }
  | { readonly method: 'shorterSide'; readonly resize: number }
  | { readonly method: 'stretch' }
  | { readonly method: 'digit' };

/** What is subtracted: a value for each channel, in the network's channel order, or a whole mean image (planar, C × H × W). */
export type Mean =
  | { readonly kind: 'channels'; readonly values: readonly number[] }
  | { readonly kind: 'image'; readonly values: Float32Array };

/** From a decoded picture to the network's input, as in Caffe: (x − mean) · scale. */
export interface Preprocessing {
  readonly channels: ChannelOrder;
  readonly width: number;
  readonly height: number;
  readonly fit: Fit;
  readonly mean: Mean;
  readonly scale: number;
}

export function channelCount(order: ChannelOrder): number {
  return order === 'gray' ? 1 : 3;
}
