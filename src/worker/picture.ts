import { HwgqError, messageOf } from '../errors.ts';
import type { UndrawnPicture } from '../image/preprocessing.ts';
import type { TransferableImage } from './protocol.ts';
import { type PixelRegion, pixelsOf, type View } from './view.ts';

const REMEDY = 'Give a smaller one, or close what else fills the memory.';
const WHOLE = { x: 0, y: 0, width: 1, height: 1 };

/** Of an image that is its own. */
export interface TransferredPicture extends UndrawnPicture {
  /** Frees the image's pixels. May be called twice. */
  close(): void;
}

/** Frees an image's pixels. May be called twice. */
export function close(image: TransferableImage): void {
  if ('close' in image) image.close();
}

/**
 * What is looked at of a transferred image; bitmaps have been turned upright and made sRGB by then. To draw it
 * throws HwgqError `invalid-image` where it cannot be drawn here, such as where it is too large.
 */
export function transferredPicture(
  transferred: TransferableImage,
  { region = WHOLE, mirror = false }: View = {},
): TransferredPicture {
  const part = pixelsOf(region, ...sizeOf(transferred));
  let image = transferred;
  let drawn = image instanceof ImageData && region === WHOLE && !mirror ? image : undefined;
  return {
    ...part,
    mirror,
    get image() {
      return drawn || image instanceof ImageData || isTransformed(image) ? undefined : image;
    },
    async toBitmap() {
      try {
        const bitmap = await createImageBitmap(image);
        close(image);
        image = bitmap;
      } catch {
        this.draw();
      }
    },
    draw() {
      drawn ??= draw(image, part, mirror);
      return drawn;
    },
    close: () => close(image),
  };
}

/** The pixels of a part of an image, a translucent one laid on white. The image is closed. */
function draw(image: TransferableImage, { left, top, width, height }: PixelRegion, mirror: boolean): ImageData {
  const context = newContext(width, height);
  if (mirror) context.setTransform(-1, 0, 0, 1, width, 0);
  try {
    context.drawImage(drawable(image), left, top, width, height, 0, 0, width, height);
  } catch (error) {
    const reason = messageOf(error);
    throw new HwgqError(
      'invalid-image',
      `The picture cannot be drawn here: ${reason.replace(/\.$/, '')}. ${REMEDY}`,
      {},
      { cause: error },
    );
  } finally {
    close(image);
  }
  return context.getImageData(0, 0, width, height);
}

function newContext(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new HwgqError('invalid-image', `A picture of ${width}×${height} cannot be drawn here. ${REMEDY}`);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  return context;
}

/** A frame's size is the one that it is shown in. */
function sizeOf(image: TransferableImage): readonly [width: number, height: number] {
  return 'displayWidth' in image ? [image.displayWidth, image.displayHeight] : [image.width, image.height];
}

/** Whether an image is shown otherwise than its pixels lie: turned round, or of pixels that are not square. */
function isTransformed(image: (VideoFrame & { rotation?: number; flip?: boolean }) | ImageBitmap): boolean {
  if (!('format' in image)) return false;
  // Not all browsers have the first two.
  const { rotation, flip, displayWidth, displayHeight, visibleRect } = image;
  return Boolean(rotation || flip || visibleRect?.width !== displayWidth || visibleRect.height !== displayHeight);
}

function drawable(image: TransferableImage): CanvasImageSource {
  if (!(image instanceof ImageData)) return image;
  const context = newContext(image.width, image.height);
  context.putImageData(image, 0, 0);
  return context.canvas;
}
