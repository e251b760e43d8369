import type { Picture } from './picture.ts';
import { toInputPixels } from './preprocess.ts';
import { channelCount, type Preprocessing, takesIntegers } from './preprocessing.ts';

/**
 * Converts a decoded picture to the bytes of a network's input.
 * @returns as `toInputPixels`, but planar: channels × height × width.
 * @throws HwgqError `invalid-image` if the data's length does not match the picture's size.
 */
export function toInputBytes(picture: Picture, preprocessing: Preprocessing): Uint8Array {
  const pixels = toInputPixels(picture, preprocessing);
  const channels = channelCount(preprocessing.channels);
  if (channels === 1) return pixels;
  const area = pixels.length / channels;
  const planar = new Uint8Array(pixels.length);
  for (let pixel = 0; pixel < area; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      planar[channel * area + pixel] = pixels[pixel * channels + channel] as number;
    }
  }
  return planar;
}

/**
 * Subtracts the mean from input bytes, and scales them unless the first layer does.
 * @param bytes one or several pictures back to back, planar (`toInputBytes`).
 * @returns planar: `Int16Array` of pixel − mean if the means are integers, otherwise `Float32Array` of
 *   (pixel − mean) · scale, computed in float64 and rounded once.
 */
export function toNetworkInput(bytes: Uint8Array, preprocessing: Preprocessing): Int16Array | Float32Array {
  const { mean, scale, width, height } = preprocessing;
  const area = width * height;
  const channels = channelCount(preprocessing.channels);
  const isInteger = takesIntegers(preprocessing);
  const input = isInteger ? new Int16Array(bytes.length) : new Float32Array(bytes.length);
  const factor = isInteger ? 1 : scale;
  const { values } = mean;
  for (let plane = 0; plane * area < bytes.length; plane++) {
    const channel = plane % channels;
    const start = plane * area;
    for (let pixel = 0; pixel < area; pixel++) {
      const subtracted = values[mean.kind === 'image' ? channel * area + pixel : channel] as number;
      input[start + pixel] = ((bytes[start + pixel] as number) - subtracted) * factor;
    }
  }
  return input;
}
