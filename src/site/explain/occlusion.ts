import type { ChwShape } from '../../graph/shapes.ts';

/** A rectangle of pixels with exclusive ends. */
export interface Patch {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** Number of patches along each side. Neighbours overlap by half. */
const PATCHES = 7;

/** Returns overlapping square patches that cover a picture. */
export function patchesOver({ height, width }: ChwShape): readonly Patch[] {
  const patches: Patch[] = [];
  for (let row = 0; row < PATCHES; row++) {
    for (let column = 0; column < PATCHES; column++) {
      const [top, bottom] = span(row, height);
      const [left, right] = span(column, width);
      patches.push({ top, left, bottom, right });
    }
  }
  return patches;
}

function span(index: number, size: number): readonly [start: number, end: number] {
  const step = size / (PATCHES + 1);
  return [Math.floor(index * step), Math.ceil((index + 2) * step)];
}

/**
 * Copies a network input once per patch, with that patch set to 0 (the mean colour).
 * @param input one image, channels × height × width.
 */
export function occluded<Input extends Int16Array | Float32Array>(
  input: Input,
  { channels, height, width }: ChwShape,
  patches: readonly Patch[],
): Input {
  const images = new (input.constructor as new (length: number) => Input)(input.length * patches.length);
  for (const [index, { top, left, bottom, right }] of patches.entries()) {
    const start = index * input.length;
    images.set(input, start);
    for (let channel = 0; channel < channels; channel++) {
      for (let y = top; y < bottom; y++) {
        const row = start + (channel * height + y) * width;
        images.fill(0, row + left, row + right);
      }
    }
  }
  return images;
}

/**
 * Computes the importance of each pixel: the mean loss over the patches that cover it.
 * @param losses decrease of the score for each patch.
 * @returns height × width.
 */
export function occlusionMap(
  { height, width }: ChwShape,
  patches: readonly Patch[],
  losses: readonly number[],
): Float64Array {
  const sums = new Float64Array(height * width);
  const counts = new Float64Array(height * width);
  for (const [index, { top, left, bottom, right }] of patches.entries()) {
    for (let y = top; y < bottom; y++) {
      for (let place = y * width + left; place < y * width + right; place++) {
        sums[place] = (sums[place] as number) + (losses[index] as number);
        counts[place] = (counts[place] as number) + 1;
      }
    }
  }
  return sums.map((sum, place) => sum / (counts[place] as number));
}
