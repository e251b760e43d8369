import { HwgqError } from '../errors.ts';

/** A part of a picture, in parts of its width and height: 0 is the left or upper edge, 1 the other. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What of a picture is looked at. */
export interface View {
  /** Default: all of it. `square`: the largest square in its middle. */
  readonly region?: Region | 'square';
  /** Left and right changed, as in a mirror. Default: false. */
  readonly mirror?: boolean;
}

/** A part of a picture, in whole pixels. */
export interface PixelRegion {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** @throws HwgqError `invalid-option` for a region outside the picture, or of nothing. */
export function checkRegion(region: Region | 'square'): void {
  if (region === 'square') return;
  const { x, y, width, height } = region;
  if (x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 1 && y + height <= 1) return;
  throw new HwgqError(
    'invalid-option',
    `region is x ${x}, y ${y}, width ${width}, height ${height}; 'square' is accepted, or a part of the picture, whose whole is 0, 0, 1, 1.`,
  );
}

/** The pixels of a region, at least one. */
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
