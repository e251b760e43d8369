import type { ChwShape } from '../../graph/shapes.ts';

/** Copies one planar image to [pixel][channel] order, with `stride` elements per pixel. */
export function planarToPixels(
  planar: Int16Array | Float32Array,
  pixels: Int16Array | Float32Array,
  { channels, height, width }: ChwShape,
  stride: number,
): void {
  const area = height * width;
  for (let channel = 0; channel < channels; channel++) {
    const start = channel * area;
    for (let pixel = 0; pixel < area; pixel++) pixels[pixel * stride + channel] = planar[start + pixel] as number;
  }
}

/** Copies one image from [pixel][channel] order to planar order, and applies `map` to each number. */
export function pixelsToPlanar(
  pixels: ArrayLike<number>,
  planar: Float32Array | Uint8Array,
  { channels, height, width }: ChwShape,
  stride: number,
  map: (value: number) => number,
): void {
  const area = height * width;
  for (let channel = 0; channel < channels; channel++) {
    for (let pixel = 0; pixel < area; pixel++) {
      planar[channel * area + pixel] = map(pixels[pixel * stride + channel] as number);
    }
  }
}
