import type { ChwShape } from '../../graph/shapes.ts';
import { float16ToFloat32 } from '../../numerics/float16.ts';

/** Threads of a workgroup in every kernel. */
export const WORKGROUP_SIZE = 64;
/** Channels in a word of codes. */
export const WORD_CHANNELS = 32;
/** Output channels of a block, which one thread computes. */
export const BLOCK_CHANNELS = 4;

/** Returns the number of words that hold one bit of each channel. */
export function wordCount(channels: number): number {
  return Math.ceil(channels / WORD_CHANNELS);
}

/** Returns the number of blocks of output channels. */
export function blockCount(channels: number): number {
  return Math.ceil(channels / BLOCK_CHANNELS);
}

/** Returns the number of blocks in a row that is padded to whole groups of channels. */
export function paddedBlockCount(channels: number, group: number): number {
  return (Math.ceil(channels / group) * group) / BLOCK_CHANNELS;
}

/** Channels of a quad, the unit in which tensors of integers are stored. */
export const QUAD_CHANNELS = 4;

/** Returns the number of quads that hold the integers of a pixel. */
export function quadCount(channels: number): number {
  return Math.ceil(channels / QUAD_CHANNELS);
}

/**
 * Converts planar images of integers to half floats, [pixel][channel], with zeros up to whole quads. Magnitudes are less than
 * 2048, so that half floats hold them exactly.
 */
export function toHalfQuads(
  planar: ArrayLike<number>,
  { channels, height, width }: ChwShape,
): Uint16Array<ArrayBuffer> {
  const area = height * width;
  const stride = quadCount(channels) * QUAD_CHANNELS;
  const images = planar.length / (channels * area);
  const halves = new Uint16Array(images * area * stride);
  let index = 0;
  for (let image = 0; image < images; image++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let position = 0; position < area; position++) {
        halves[(image * area + position) * stride + channel] = halfBits(planar[index++] as number);
      }
    }
  }
  return halves;
}

/** Converts half floats, [pixel][channel] in whole quads, to planar images, and multiplies every value by `unit`. */
export function fromHalfQuads(halves: Uint16Array, shape: ChwShape, unit: number): Float32Array {
  const { channels } = shape;
  const stride = quadCount(channels) * QUAD_CHANNELS;
  const pixels = new Float32Array((halves.length / stride) * channels);
  for (let index = 0; index < pixels.length; index++) {
    const pixel = Math.floor(index / channels);
    pixels[index] = float16ToFloat32(halves[pixel * stride + (index % channels)] as number);
  }
  return toPlanar(pixels, shape, unit);
}

/** Returns the half float of an integer below 2048. */
function halfBits(integer: number): number {
  const magnitude = Math.abs(integer);
  if (magnitude === 0) return 0;
  const exponent = 31 - Math.clz32(magnitude);
  const sign = integer < 0 ? 0x8000 : 0;
  return sign | ((exponent + 15) << 10) | ((magnitude << (10 - exponent)) & 0x3ff);
}

/** Converts planar images of floats to [pixel][channel]. */
export function toChannelsLast(
  planar: ArrayLike<number>,
  { channels, height, width }: ChwShape,
): Float32Array<ArrayBuffer> {
  const area = height * width;
  const pixels = new Float32Array(planar.length);
  const images = planar.length / (channels * area);
  let index = 0;
  for (let image = 0; image < images; image++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let position = 0; position < area; position++) {
        pixels[(image * area + position) * channels + channel] = planar[index++] as number;
      }
    }
  }
  return pixels;
}

/** Converts [pixel][channel] to planar images, and multiplies every value by `unit`. */
export function toPlanar(pixels: ArrayLike<number>, { channels, height, width }: ChwShape, unit: number): Float32Array {
  const area = height * width;
  const planar = new Float32Array(pixels.length);
  for (let index = 0; index < pixels.length; index++) {
    const channel = index % channels;
    const pixel = Math.floor(index / channels);
    const image = Math.floor(pixel / area);
    planar[(image * channels + channel) * area + (pixel % area)] = (pixels[index] as number) * unit;
  }
  return planar;
}

/** Dequantizes bit planes [pixel][word][plane] to planar images of levels. */
export function dequantizeCodes(
  words: Uint32Array,
  { channels, height, width }: ChwShape,
  bits: number,
  levels: Float64Array,
): Float32Array {
  const area = height * width;
  const row = wordCount(channels);
  const pixels = words.length / (bits * row);
  const planar = new Float32Array(pixels * channels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const image = Math.floor(pixel / area);
    for (let channel = 0; channel < channels; channel++) {
      let code = 0;
      for (let plane = 0; plane < bits; plane++) {
        const word = words[(pixel * row + (channel >> 5)) * bits + plane] as number;
        code |= ((word >>> (channel & 31)) & 1) << plane;
      }
      planar[(image * channels + channel) * area + (pixel % area)] = levels[code] as number;
    }
  }
  return planar;
}
