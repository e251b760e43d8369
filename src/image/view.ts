import { HwgqError } from '../errors.ts';

/** A rectangle of a picture, in fractions of its width and height: 0 is the left or top edge, 1 the right or bottom edge. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The part of a picture that is classified. */
export interface View {
  /** The part to classify; `square` is the largest square in the middle. Default: the whole picture. */
  readonly region?: Region | 'square' | undefined;
  /** Swaps left and right. Default: false. */
  readonly mirror?: boolean | undefined;
}

/** A rectangle of a picture, in pixels. */
export interface PixelRegion {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** @throws HwgqError `invalid-option` if the region is empty or not inside the picture. */
export function checkRegion(region: Region | 'square' | undefined): void {
  if (region === undefined || region === 'square') return;
  const { x, y, width, height } = Object(region) as Region;
  const isNumeric = [x, y, width, height].every((value) => typeof value === 'number');
  if (isNumeric && x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 1 && y + height <= 1) return;
  const other = typeof region === 'object' ? `{ ${Object.keys(Object(region)).join(', ')} }` : `'${region}'`;
  const seen = isNumeric ? `x ${x}, y ${y}, width ${width}, height ${height}` : other;
  throw new HwgqError(
    'invalid-option',
    `\`region\` is ${seen}; 'square' is accepted, or { x, y, width, height } in fractions of the picture, 0 to 1.`,
  );
}

/** Returns the pixels of a region, at least one. */
export function pixelsOf(region: Region | 'square', width: number, height: number): PixelRegion {
  if (region === 'square') {
    const side = Math.min(width, height);
    return { left: (width - side) >> 1, top: (height - side) >> 1, width: side, height: side };
  }
  const [left, right] = span(region.x, region.width, width);
  const [top, bottom] = span(region.y, region.height, height);
  return { left, top, width: right - left, height: bottom - top };
}

function span(start: number, length: number, size: number): readonly [from: number, to: number] {
  const from = Math.min(Math.round(start * size), size - 1);
  return [from, Math.max(from + 1, Math.min(size, Math.round((start + length) * size)))];
}
