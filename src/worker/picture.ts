import { HwgqError } from '../errors.ts';
import type { Picture } from '../image/preprocessing.ts';
import type { CrossingImage } from './protocol.ts';

/** Frees a picture's pixels. May be called twice. */
export function close(image: CrossingImage): void {
  if (!(image instanceof ImageData)) image.close();
}

/**
 * A picture's pixels, a translucent one laid on white; bitmaps have been turned upright and made sRGB by then, and are
 * closed here.
 * @throws HwgqError `invalid-image` for a bitmap too large to draw.
 */
export function toPicture(image: CrossingImage): Picture {
  if (image instanceof ImageData) return image;
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new HwgqError('invalid-image', `A picture of ${width}×${height} cannot be drawn here.`);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0);
  image.close();
  return context.getImageData(0, 0, width, height);
}
