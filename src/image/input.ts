import { HwgqError } from '../errors.ts';
import { onWhite } from './composite.ts';
import { fitDigit } from './digit.ts';
import { channelCount, type Picture, type Preprocessing } from './preprocessing.ts';
import { resizedSize } from './resampling.ts';
import { resize } from './resize.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** ITU-R BT.601 luma of red, green and blue, as 256ths. */
const LUMA = [77, 150, 29] as const;

/**
 * A decoded picture as the bytes that a network takes, planar channels × height × width in the network's channel
 * order. All arithmetic is in whole numbers, so that every machine gives the same bytes.
 * @throws HwgqError `invalid-image` where the picture's size and data do not fit.
 */
export function toInputBytes(picture: Picture, preprocessing: Preprocessing): Uint8Array {
  checkPicture(picture);
  const { width, height } = picture;
  const planes = toPlanes(picture, preprocessing);
  const to = { width: preprocessing.width, height: preprocessing.height };
  if (width === to.width && height === to.height) return planes;
  const count = channelCount(preprocessing.channels);
  const { fit } = preprocessing;
  switch (fit.method) {
    case 'stretch':
      return resize(planes, count, picture, to);
    case 'crop':
    case 'shorterSide': {
      const size = resizedSize(picture, preprocessing);
      return crop(resize(planes, count, picture, size), count, size, to);
    }
    case 'digit':
      return fitDigit({ bytes: planes, width, height }, to.width, to.height);
  }
}

/** @throws HwgqError `invalid-image` where the picture's size and data do not fit. */
export function checkPicture({ width, height, data }: Picture): void {
  if (width > 0 && height > 0 && data.length === width * height * 4) return;
  throw new HwgqError(
    'invalid-image',
    `A picture of ${width}×${height} takes ${width * height * 4} bytes, and has ${data.length}. Has it been loaded?`,
  );
}

/** Whether a network's first layer gets whole numbers: pixels minus whole means. */
export function takesIntegers({ mean }: Preprocessing): boolean {
  return mean.kind === 'channels' && mean.values.every(Number.isInteger);
}

/**
 * Input bytes of one or several pictures, back to back, as a session takes them: `Int16Array` of pixel − mean where
 * the means are whole, else `Float32Array` of (pixel − mean) · scale, rounded once.
 */
export function toNetworkInput(bytes: Uint8Array, preprocessing: Preprocessing): Int16Array | Float32Array {
  const { mean, scale, width, height } = preprocessing;
  const area = width * height;
  const length = area * channelCount(preprocessing.channels);
  const meanAt = (index: number) =>
    mean.kind === 'image'
      ? (mean.values[index % length] as number)
      : (mean.values[Math.floor((index % length) / area)] as number);
  return takesIntegers(preprocessing)
    ? Int16Array.from(bytes, (pixel, index) => pixel - meanAt(index))
    : Float32Array.from(bytes, (pixel, index) => (pixel - meanAt(index)) * scale);
}

function toPlanes({ width, height, data }: Picture, { channels }: Preprocessing): Uint8Array {
  const area = width * height;
  const planes = new Uint8Array(area * channelCount(channels));
  const redPlane = channels === 'bgr' ? 2 : 0;
  const bluePlane = 2 - redPlane;
  for (let pixel = 0; pixel < area; pixel++) {
    const alpha = data[pixel * 4 + 3] as number;
    const red = onWhite(data[pixel * 4] as number, alpha);
    const green = onWhite(data[pixel * 4 + 1] as number, alpha);
    const blue = onWhite(data[pixel * 4 + 2] as number, alpha);
    if (channels === 'gray') planes[pixel] = (LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue + 128) >> 8;
    else {
      planes[redPlane * area + pixel] = red;
      planes[area + pixel] = green;
      planes[bluePlane * area + pixel] = blue;
    }
  }
  return planes;
}

function crop(planes: Uint8Array, count: number, from: Size, to: Size): Uint8Array {
  const top = Math.floor((from.height - to.height) / 2);
  const left = Math.floor((from.width - to.width) / 2);
  const cropped = new Uint8Array(count * to.width * to.height);
  for (let row = 0; row < count * to.height; row++) {
    const start = (Math.floor(row / to.height) * from.height + top + (row % to.height)) * from.width + left;
    cropped.set(planes.subarray(start, start + to.width), row * to.width);
  }
  return cropped;
}
