import { onWhite } from './composite.ts';
import { fitDigit } from './digit.ts';
import { checkPicture, type Picture } from './picture.ts';
import { type ChannelOrder, channelCount, type Preprocessing } from './preprocessing.ts';
import { isSeparable, regionOf, resamplingOf } from './resampling.ts';
import { resample } from './resize.ts';
import type { PixelRegion } from './view.ts';

/** ITU-R BT.601 luma of red, green and blue, in 256ths. */
export const LUMA = [77, 150, 29] as const;

/**
 * Converts a decoded picture to the pixels of a network's input: composites it on white, converts its colours, resizes
 * and crops it. All arithmetic is in integers, so the same picture becomes the same bytes on every machine. Pixels that
 * the crop does not need are not read.
 * @returns height × width × channels bytes, interleaved, in the network's channel order.
 * @throws HwgqError `invalid-image` if the data's length does not match the picture's size.
 */
export function toInputPixels(picture: Picture, preprocessing: Preprocessing): Uint8Array {
  checkPicture(picture);
  const { channels, width, height } = preprocessing;
  if (!isSeparable(picture, preprocessing)) {
    const whole = { left: 0, top: 0, width: picture.width, height: picture.height };
    return fitDigit({ bytes: toChannels(picture, whole, channels), ...whole }, width, height);
  }
  const resampling = resamplingOf(picture, preprocessing);
  const part = regionOf(resampling);
  return resample(toChannels(picture, part, channels), channelCount(channels), part, resampling);
}

/** Composites a part of a picture on white and converts its colours to the network's channels, interleaved. */
function toChannels(picture: Picture, part: PixelRegion, channels: ChannelOrder): Uint8Array {
  return channels === 'gray' ? toGray(picture, part) : toColours(picture, part, channels === 'bgr' ? 2 : 0);
}

/** @param red the place of red in a pixel. Blue is at the other end. */
function toColours(
  { width: stride, data }: Picture,
  { left, top, width, height }: PixelRegion,
  red: 0 | 2,
): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    let from = ((top + y) * stride + left) * 4;
    for (let to = y * width * 3; to < (y + 1) * width * 3; to += 3, from += 4) {
      const alpha = data[from + 3] as number;
      pixels[to + red] = onWhite(data[from] as number, alpha);
      pixels[to + 1] = onWhite(data[from + 1] as number, alpha);
      pixels[to + 2 - red] = onWhite(data[from + 2] as number, alpha);
    }
  }
  return pixels;
}

function toGray({ width: stride, data }: Picture, { left, top, width, height }: PixelRegion): Uint8Array {
  const pixels = new Uint8Array(width * height);
  const [red, green, blue] = LUMA;
  for (let y = 0; y < height; y++) {
    let from = ((top + y) * stride + left) * 4;
    for (let to = y * width; to < (y + 1) * width; to++, from += 4) {
      const alpha = data[from + 3] as number;
      const r = onWhite(data[from] as number, alpha);
      const g = onWhite(data[from + 1] as number, alpha);
      const b = onWhite(data[from + 2] as number, alpha);
      pixels[to] = (red * r + green * g + blue * b + 128) >> 8;
    }
  }
  return pixels;
}
