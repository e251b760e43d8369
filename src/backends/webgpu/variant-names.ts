/**
 * Kernels that compute the same convolution:
 * - `tile`: each thread computes a tile of four pixels × four channels;
 * - `carry-save`: the same tile, with bits added in carry-save form before they are counted;
 * - `row-4`, `row-7`: 3×3 kernels and common first layers; each thread computes four or seven pixels of a row and reads
 *   the columns that they share once;
 * - `subgroup-tile`, `subgroup-row-7`, `subgroup-row`: a larger tile, seven pixels of a row, or as many as suit a first
 *   layer; four threads share their reads by subgroup operations;
 * - `dot`: products of bytes (`dot4U8Packed`);
 * - `split-k-8`, `split-k-64`: eight threads or a whole workgroup add up each sum, for layers with few output pixels.
 */
export const VARIANT_NAMES = [
  'tile',
  'carry-save',
  'subgroup-tile',
  'row-4',
  'row-7',
  'subgroup-row-7',
  'subgroup-row',
  'dot',
  'split-k-8',
  'split-k-64',
] as const;
export type VariantName = (typeof VARIANT_NAMES)[number];

/**
 * The variant for each layer shape (keys as `shapeKey` returns them). An autotune returns it; it is plain data that can be
 * stored per adapter.
 */
export type KernelChoice = Readonly<Record<string, VariantName>>;
