import { HwgqError } from '../client/index.ts';
import type { Media } from './media.ts';

/** Settings for showing and classifying a medium. */
export interface Framing {
  /** Whether left and right are swapped. */
  readonly isMirrored: boolean;
  /** Whether only the central square is used. */
  readonly isSquare: boolean;
}

/**
 * Returns what a medium shows at the moment, as a PNG file in its own resolution.
 * @throws HwgqError `invalid-image` if there is no frame yet.
 */
export async function snapshotOf({ shown }: Media, { isSquare, isMirrored }: Framing): Promise<Blob> {
  const [fullWidth, fullHeight] =
    shown instanceof HTMLVideoElement
      ? [shown.videoWidth, shown.videoHeight]
      : [shown.naturalWidth, shown.naturalHeight];
  if (fullWidth * fullHeight === 0) {
    throw new HwgqError('invalid-image', 'There is no frame yet to take a snapshot of. Wait for the first result.');
  }
  const side = Math.min(fullWidth, fullHeight);
  const [width, height] = isSquare ? [side, side] : [fullWidth, fullHeight];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (isMirrored) context?.setTransform(-1, 0, 0, 1, width, 0);
  context?.drawImage(shown, -((fullWidth - width) >> 1), -((fullHeight - height) >> 1));
  return canvas.convertToBlob();
}
