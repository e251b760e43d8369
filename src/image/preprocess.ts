import { onWhite } from './composite.ts';
import { fitDigit } from './digit.ts';
import { checkPicture, type Picture } from './picture.ts';
import { channelCount, type Preprocessing } from './preprocessing.ts';
import { resizedSize } from './resampling.ts';
import { resize, type Size } from './resize.ts';

/** ITU-R BT.601 luma of red, green and blue, in 256ths. */
const LUMA = [77, 150, 29] as const;

/**
 * Converts a decoded picture to the pixels of a network's input: composites it on white, converts its colours, resizes
 * and crops it. All arithmetic is in integers, so the same picture becomes the same bytes on every machine.
 * @returns height × width × channels bytes, interleaved, in the network's channel order.
 * @throws HwgqError `invalid-image` if the data's length does not match the picture's size.
 */
export function toInputPixels(picture: Picture, preprocessing: Preprocessing): Uint8Array {
  checkPicture(picture);
  const pixels = toChannels(picture, preprocessing);
  const { fit, width, height } = preprocessing;
  if (picture.width === width && picture.height === height) return pixels;
  const channels = channelCount(preprocessing.channels);
  switch (fit.method) {
    case 'stretch':
      return resize(pixels, channels, picture, preprocessing);
    case 'crop':
    case 'shorterSide': {
      const size = resizedSize(picture, preprocessing);
      return crop(resize(pixels, channels, picture, size), channels, size, preprocessing);
    }
    case 'digit':
      return fitDigit({ bytes: pixels, width: picture.width, height: picture.height }, width, height);
  }
}

/** Composites a picture on white and converts its colours to the network's channels, interleaved. */
function toChannels({ width, height, data }: Picture, { channels }: Preprocessing): Uint8Array {
  const area = width * height;
  const count = channelCount(channels);
  const pixels = new Uint8Array(area * count);
  const red = channels === 'bgr' ? 2 : 0;
  for (let pixel = 0; pixel < area; pixel++) {
    const alpha = data[pixel * 4 + 3] as number;
    const r = onWhite(data[pixel * 4] as number, alpha);
    const g = onWhite(data[pixel * 4 + 1] as number, alpha);
    const b = onWhite(data[pixel * 4 + 2] as number, alpha);
    if (channels === 'gray') pixels[pixel] = (LUMA[0] * r + LUMA[1] * g + LUMA[2] * b + 128) >> 8;
    else {
      pixels[pixel * 3 + red] = r;
      pixels[pixel * 3 + 1] = g;
      pixels[pixel * 3 + 2 - red] = b;
    }
  }
  return pixels;
}

/** Cuts `to` out of the middle. */
function crop(pixels: Uint8Array, channels: number, from: Size, to: Size): Uint8Array {
  const top = Math.floor((from.height - to.height) / 2);
  const left = Math.floor((from.width - to.width) / 2);
  const rowBytes = to.width * channels;
  const cropped = new Uint8Array(to.height * rowBytes);
  for (let y = 0; y < to.height; y++) {
    const start = ((top + y) * from.width + left) * channels;
    cropped.set(pixels.subarray(start, start + rowBytes), y * rowBytes);
  }
  return cropped;
}
