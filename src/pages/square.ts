import type { Preprocessing } from '../image/preprocessing.ts';
import { pixelContext } from './dom.ts';

/** Larger pictures are scaled down to this side before they are handed over, in pixels. */
const LARGEST_SIDE = 1024;

/** The square in the middle of a picture of this size, as pixels: networks take squares, and people's pictures rarely are. */
export function middleSquare(picture: CanvasImageSource, width: number, height: number): ImageData {
  const side = Math.min(width, height);
  const target = Math.min(side, LARGEST_SIDE);
  const context = pixelContext(target, target);
  context.fillStyle = 'white';
  context.fillRect(0, 0, target, target);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, (width - side) / 2, (height - side) / 2, side, side, 0, 0, target, target);
  return context.getImageData(0, 0, target, target);
}

/**
 * How much of a picture's longer side the network sees, 0 to 1: of the middle square all, or what its preprocessing
 * cuts out of that. Outside that square, nothing.
 */
export function seenFraction(width: number, height: number, preprocessing: Preprocessing): number {
  const { fit } = preprocessing;
  const cut = fit.method === 'crop' ? preprocessing.width / fit.resize : 1;
  return (cut * Math.min(width, height)) / Math.max(width, height);
}
