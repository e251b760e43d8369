import { HwgqError } from '../../errors.ts';
import { BITMAP_OPTIONS } from '../../image/bitmap-options.ts';
import type { Preprocessing } from '../../image/preprocessing.ts';
import { pixelContext } from '../shared/dom.ts';

/** Maximum side of a picture, in pixels. Larger pictures are scaled down before they are classified. */
const LARGEST_SIDE = 1024;

/** Returns the central square of a picture, in pixels. Networks expect squares; photographs rarely are. */
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
 * Decodes the central square of a picture file.
 * @throws HwgqError `invalid-image` if the browser cannot decode it.
 */
export async function squareOfFile(file: File): Promise<ImageData> {
  const bitmap = await createImageBitmap(file, BITMAP_OPTIONS).catch((cause: unknown) => {
    throw new HwgqError(
      'invalid-image',
      `"${file.name}" is not a picture that this browser can open. Use PNG, JPEG, or WebP.`,
      {},
      { cause },
    );
  });
  const square = middleSquare(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  return square;
}

/**
 * Marks in a panel the part of a picture that the network sees: the central square, or the crop that the preprocessing
 * takes out of it. `width` and `height` are the displayed size of the picture, in any unit.
 */
export function frameSeen(
  panel: HTMLElement,
  width: number,
  height: number,
  { fit, width: size }: Preprocessing,
): void {
  const crop = 'resize' in fit ? size / fit.resize : 1;
  const seen = (crop * Math.min(width, height)) / Math.max(width, height);
  panel.style.setProperty('--seen', String(seen));
  panel.classList.toggle('is-wholly-seen', seen === 1);
}
