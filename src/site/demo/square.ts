import { HwgqError } from '../../errors.ts';
import type { Preprocessing } from '../../image/preprocessing.ts';
import { pixelContext } from '../shared/dom.ts';

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
 * The middle square of a picture in a file.
 * @throws HwgqError `invalid-image` where the browser cannot decode it.
 */
export async function squareOfFile(file: File): Promise<ImageData> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch((cause: unknown) => {
    throw new HwgqError(
      'invalid-image',
      `"${file.name}" is not a picture that this browser can open. PNG, JPEG and WebP always work.`,
      {},
      { cause },
    );
  });
  const square = middleSquare(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  return square;
}

/**
 * Marks in a panel what of a picture the network sees: of the middle square all, or what its preprocessing cuts out of
 * that; outside that square, nothing. Width and height are those of the picture as it is shown, in any unit.
 */
export function frameSeen(
  panel: HTMLElement,
  width: number,
  height: number,
  { fit, width: size }: Preprocessing,
): void {
  const cut = 'resize' in fit ? size / fit.resize : 1;
  const seen = (cut * Math.min(width, height)) / Math.max(width, height);
  panel.style.setProperty('--seen', String(seen));
  panel.classList.toggle('is-wholly-seen', seen === 1);
}
