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

/** A decoded picture: 8-bit sRGB with straight alpha, row by row from the top, 4 bytes a pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** A part of an image that is yet to be drawn: a GPU may take it as it is. */
export interface UndrawnPicture {
  /** What is looked at, in whole pixels of the image. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Left and right changed. */
  readonly mirror: boolean;
  /** What is drawn, in sRGB; absent where only drawing shows it as it is meant to be seen, or it has been drawn. */
  readonly image: ImageBitmap | VideoFrame | undefined;
  /** Makes a frame a bitmap, or draws it where that fails. */
  toBitmap(): Promise<void>;
  /** The pixels of what is looked at. The image is closed. */
  draw(): Picture;
}

/** A picture of either kind. */
export type AnyPicture = Picture | UndrawnPicture;

export function channelCount(order: ChannelOrder): number {
  return order === 'gray' ? 1 : 3;
}
