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
function toChannels(
  { width: stride, data }: Picture,
  { left, top, width, height }: PixelRegion,
  channels: ChannelOrder,
): Uint8Array {
  const count = channelCount(channels);
  const pixels = new Uint8Array(width * height * count);
  const red = channels === 'bgr' ? 2 : 0;
  for (let y = 0; y < height; y++) {
    let from = ((top + y) * stride + left) * 4;
    for (let to = y * width * count; to < (y + 1) * width * count; to += count, from += 4) {
      const alpha = data[from + 3] as number;
      const r = onWhite(data[from] as number, alpha);
      const g = onWhite(data[from + 1] as number, alpha);
      const b = onWhite(data[from + 2] as number, alpha);
      if (channels === 'gray') pixels[to] = (LUMA[0] * r + LUMA[1] * g + LUMA[2] * b + 128) >> 8;
      else {
        pixels[to + red] = r;
        pixels[to + 1] = g;
        pixels[to + 2 - red] = b;
      }
    }
  }
  return pixels;
}
