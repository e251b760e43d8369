/**
 * Kernels that compute the same convolution:
 * - `channels-16`, `channels-8`, `channels-4`: each thread computes that many output channels of one pixel;
 * - `split-k-8`, `split-k-64`: eight threads or a whole workgroup add up each sum, for layers with few output pixels;
 * - first layers only: `staged-16`, `staged-8`: each thread computes 32 output channels of one pixel, that many at a time;
 *   a workgroup stages the inputs of its pixels.
 */
export const VARIANT_NAMES = [
  'channels-16',
  'channels-8',
  'channels-4',
  'split-k-8',
  'split-k-64',
  'staged-16',
  'staged-8',
] as const;
export type VariantName = (typeof VARIANT_NAMES)[number];

/**
 * The variant for each layer shape (keys as `shapeKey` returns them). An autotune returns it; it is plain data that can be
 * stored per adapter.
 */
export type KernelChoice = Readonly<Record<string, VariantName>>;
