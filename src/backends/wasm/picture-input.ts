import { type AnyPicture, decoded } from '../../image/deferred-picture.ts';
import { toInputPixels } from '../../image/preprocess.ts';
import { channelCount, type Preprocessing } from '../../image/preprocessing.ts';

/**
 * Preprocesses a picture and writes it to the input tensor as pixel − mean.
 * @param preprocessing one with integer means.
 * @param input the tensor: [pixel][channel], with `stride` elements per pixel.
 * @throws HwgqError `invalid-image`.
 */
export function writePicture(
  picture: AnyPicture,
  preprocessing: Preprocessing,
  input: Int16Array,
  stride: number,
): void {
  const pixels = toInputPixels(decoded(picture), preprocessing);
  const channels = channelCount(preprocessing.channels);
  const means = preprocessing.mean.values;
  for (let channel = 0; channel < channels; channel++) {
    const mean = means[channel] as number;
    for (let from = channel, to = channel; from < pixels.length; from += channels, to += stride) {
      input[to] = (pixels[from] as number) - mean;
    }
  }
}
