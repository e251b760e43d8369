/**
 * Kernels that compute the same convolution:
 * - `channels-16`, `channels-8`, `channels-4`: each thread computes that many output channels of one pixel;
 * - `split-k-8`, `split-k-64`: eight threads or a whole workgroup add up each sum, for layers with few output pixels;
 * - first layers only: `tile`: each thread computes a tile of four pixels × four channels; `row-4`: four pixels of a row,
 *   and reads the columns that they share once; `subgroup-tile`, `subgroup-row`: a larger tile, or as many pixels of a row
 *   as suit the layer; four threads share their reads by subgroup operations.
 */
export const VARIANT_NAMES = [
  'channels-16',
  'channels-8',
  'channels-4',
  'split-k-8',
  'split-k-64',
  'tile',
  'subgroup-tile',
  'row-4',
  'subgroup-row',
] as const;
export type VariantName = (typeof VARIANT_NAMES)[number];

/**
 * The variant for each layer shape (keys as `shapeKey` returns them). An autotune returns it; it is plain data that can be
 * stored per adapter.
 */
export type KernelChoice = Readonly<Record<string, VariantName>>;
