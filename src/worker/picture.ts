import { HwgqError } from '../errors.ts';
import type { Picture } from '../image/preprocessing.ts';
import type { CrossingImage } from './protocol.ts';
import { pixelsOf, type View } from './view.ts';

const WHOLE = { x: 0, y: 0, width: 1, height: 1 };

/** Frees a picture's pixels. May be called twice. */
export function close(image: CrossingImage): void {
  if ('close' in image) image.close();
}

/**
 * The pixels of what is looked at of a picture, a translucent one laid on white; bitmaps have been turned upright and
 * made sRGB by then. Bitmaps and frames are closed.
 * @throws HwgqError `invalid-image` for one that cannot be drawn here, such as one too large.
 */
export function toPicture(image: CrossingImage, { region = WHOLE, mirror = false }: View = {}): Picture {
  if (image instanceof ImageData && region === WHOLE && !mirror) return image;
  const [sourceWidth, sourceHeight] = sizeOf(image);
  const { left, top, width, height } = pixelsOf(region, sourceWidth, sourceHeight);
  const context = newContext(width, height);
  if (mirror) context.setTransform(-1, 0, 0, 1, width, 0);
  try {
    context.drawImage(drawable(image), left, top, width, height, 0, 0, width, height);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HwgqError('invalid-image', `The picture cannot be drawn here: ${reason}`, {}, { cause: error });
  } finally {
    close(image);
  }
  return context.getImageData(0, 0, width, height);
}

function newContext(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new HwgqError('invalid-image', `A picture of ${width}×${height} cannot be drawn here.`);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  return context;
}

/** A frame's size is the one that it is shown in. */
function sizeOf(image: CrossingImage): readonly [width: number, height: number] {
  return 'displayWidth' in image ? [image.displayWidth, image.displayHeight] : [image.width, image.height];
}

function drawable(image: CrossingImage): CanvasImageSource {
  if (!(image instanceof ImageData)) return image;
  const context = newContext(image.width, image.height);
  context.putImageData(image, 0, 0);
  return context.canvas;
}
