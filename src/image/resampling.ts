import type { Preprocessing } from './preprocessing.ts';
import { resampleTaps, type Tap, wholeTap } from './resize.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Which pixels of a picture make each column and each row of a network's input. */
export interface Resampling {
  readonly columns: readonly Tap[];
  readonly rows: readonly Tap[];
}

/**
 * Resizing and cropping of pictures of a size as taps along both axes, rows to be resampled first.
 * @returns undefined for `digit`, which depends on what the picture shows.
 */
export function resamplingOf({ width, height }: Size, { fit, ...to }: Preprocessing): Resampling | undefined {
  if (width === to.width && height === to.height) {
    return {
      columns: Array.from({ length: width }, (_, x) => wholeTap(x)),
      rows: Array.from({ length: height }, (_, y) => wholeTap(y)),
    };
  }
  if (fit.method === 'digit') return undefined;
  const size = resizedSize({ width, height }, { fit, ...to });
  return {
    columns: middle(resampleTaps(width, size.width), to.width),
    rows: middle(resampleTaps(height, size.height), to.height),
  };
}

/** The size that a picture gets before the network's size is cut out of its middle. */
export function resizedSize({ width, height }: Size, { fit, ...to }: Preprocessing): Size {
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

function middle(taps: readonly Tap[], length: number): readonly Tap[] {
  const first = Math.floor((taps.length - length) / 2);
  return taps.slice(first, first + length);
}
