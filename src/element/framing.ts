import { HwgqError } from '../client/index.ts';
import type { Media } from './media.ts';

/** How a medium is shown, and looked at. */
export interface Framing {
  /** Whether left and right change places. */
  readonly isMirrored: boolean;
  /** Whether only the middle square shows. */
  readonly isSquare: boolean;
}

/**
 * What a medium shows at this moment, as a PNG file.
 * @throws HwgqError `invalid-image` where that is nothing yet.
 */
export async function snapshotOf({ shown }: Media, { isSquare, isMirrored }: Framing): Promise<Blob> {
  const [fullWidth, fullHeight] =
    shown instanceof HTMLVideoElement
      ? [shown.videoWidth, shown.videoHeight]
      : [shown.naturalWidth, shown.naturalHeight];
  if (fullWidth * fullHeight === 0) {
    throw new HwgqError('invalid-image', 'There is no picture yet to take a snapshot of. Wait for the first result.');
  }
  const side = Math.min(fullWidth, fullHeight);
  const [width, height] = isSquare ? [side, side] : [fullWidth, fullHeight];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (isMirrored) context?.setTransform(-1, 0, 0, 1, width, 0);
  context?.drawImage(shown, -((fullWidth - width) >> 1), -((fullHeight - height) >> 1));
  return canvas.convertToBlob();
}
