import { type FilterTaps, filterTaps, identityTaps } from './filter-taps.ts';
import type { Size } from './picture.ts';
import type { Preprocessing } from './preprocessing.ts';
import type { PixelRegion } from './view.ts';

/** The filter taps of each column and each row of a network's input, over the pixels of a picture. */
export interface Resampling {
  readonly columns: readonly FilterTaps[];
  readonly rows: readonly FilterTaps[];
}

/**
 * Returns whether resizing and cropping pictures of a size is a filter along each axis. `digit` is not: it depends on the
 * pixels.
 */
export function isSeparable({ width, height }: Size, { fit, ...to }: Preprocessing): boolean {
  return fit.method !== 'digit' || (width === to.width && height === to.height);
}

/**
 * Returns resizing and cropping of pictures of one size as filter taps along both axes. Rows are resampled first.
 * @param size a size for which they are separable.
 */
export function resamplingOf({ width, height }: Size, { fit, ...to }: Preprocessing): Resampling {
  if (width === to.width && height === to.height) {
    return {
      columns: Array.from({ length: width }, (_, x) => identityTaps(x)),
      rows: Array.from({ length: height }, (_, y) => identityTaps(y)),
    };
  }
  const size = resizedSize({ width, height }, { fit, ...to });
  return {
    columns: middle(filterTaps(width, size.width), to.width),
    rows: middle(filterTaps(height, size.height), to.height),
  };
}

/** Returns the size to which a picture is resized before its middle is cropped to the network's size. */
function resizedSize({ width, height }: Size, { fit, ...to }: Preprocessing): Size {
  switch (fit.method) {
    case 'crop':
      return { width: fit.resize, height: fit.resize };
    case 'shorterSide': {
      const shorter = Math.min(width, height);
      const scaled = (length: number) => Math.floor((length * fit.resize) / shorter);
      return { width: scaled(width), height: scaled(height) };
    }
    default:
      return to;
  }
}

/** Returns the part of a picture that a resampling reads: the crop, and the pixels that its filter reads beyond it. */
export function regionOf({ columns, rows }: Resampling): PixelRegion {
  const [left, right] = reachOf(columns);
  const [top, bottom] = reachOf(rows);
  return { left, top, width: right - left, height: bottom - top };
}

function reachOf(taps: readonly FilterTaps[]): readonly [from: number, to: number] {
  let [from, to] = [Number.POSITIVE_INFINITY, 0];
  for (const { first, coefficients } of taps) {
    from = Math.min(from, first);
    to = Math.max(to, first + coefficients.length);
  }
  return [from, to];
}

function middle(taps: readonly FilterTaps[], length: number): readonly FilterTaps[] {
  const first = Math.floor((taps.length - length) / 2);
  return taps.slice(first, first + length);
}
