import { HwgqError, messageOf } from '../errors.ts';
import type { Picture } from './picture.ts';
import { type PixelRegion, pixelsOf, type View } from './view.ts';

/** An image of the browser in a form that can be posted to a worker. */
export type TransferableImage = ImageBitmap | VideoFrame | ImageData;

/** A picture, decoded or deferred. */
export type AnyPicture = Picture | DeferredPicture;

const REMEDY = 'Pass a smaller one, or free memory by closing other pages.';
const WHOLE = { x: 0, y: 0, width: 1, height: 1 };

/**
 * A part of an image whose pixels are read only if a backend needs them on the CPU. A GPU may take the image as it is.
 * Bitmaps have to be upright. The picture owns its image: whoever makes it closes it.
 */
export class DeferredPicture {
  /** The part of the image that is classified, in pixels of the image. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Whether left and right are swapped. */
  readonly mirror: boolean;
  #image: TransferableImage;
  #drawn: Picture | undefined;

  constructor(image: TransferableImage, { region = WHOLE, mirror = false }: View = {}) {
    const { left, top, width, height } = pixelsOf(region, ...sizeOf(image));
    this.left = left;
    this.top = top;
    this.width = width;
    this.height = height;
    this.mirror = mirror;
    this.#image = image;
    if (image instanceof ImageData && region === WHOLE && !mirror) this.#drawn = image;
  }

  /**
   * The image, for a GPU to take as it is. Undefined if it has been drawn, or if its pixels have to be drawn to look as
   * intended: those of rotated frames, and of frames whose pixels are not square.
   */
  get image(): ImageBitmap | VideoFrame | undefined {
    const image = this.#image;
    return this.#drawn || image instanceof ImageData || isTransformed(image) ? undefined : image;
  }

  /** Converts a frame to a bitmap, or draws it if that fails. */
  async toBitmap(): Promise<void> {
    try {
      const bitmap = await createImageBitmap(this.#image);
      this.close();
      this.#image = bitmap;
    } catch {
      this.draw();
    }
  }

  /**
   * Returns the pixels of the part, composited on white, and closes the image.
   * @throws HwgqError `invalid-image` if the browser cannot draw the image, for example because it is too large.
   */
  draw(): Picture {
    this.#drawn ??= draw(this.#image, this, this.mirror);
    return this.#drawn;
  }

  /** Frees the image's pixels. Further calls do nothing. */
  close(): void {
    closeImage(this.#image);
  }
}

/**
 * Returns the pixels of a picture.
 * @throws HwgqError `invalid-image` if it cannot be drawn.
 */
export function decoded(picture: AnyPicture): Picture {
  return picture instanceof DeferredPicture ? picture.draw() : picture;
}

/** Frees an image's pixels. Further calls do nothing. */
export function closeImage(image: TransferableImage): void {
  if ('close' in image) image.close();
}

/** Draws a part of an image on white, and closes the image. */
function draw(image: TransferableImage, { left, top, width, height }: PixelRegion, mirror: boolean): ImageData {
  const context = newContext(width, height);
  if (mirror) context.setTransform(-1, 0, 0, 1, width, 0);
  try {
    context.drawImage(drawable(image), left, top, width, height, 0, 0, width, height);
  } catch (error) {
    const reason = messageOf(error).replace(/\.$/, '');
    throw new HwgqError(
      'invalid-image',
      `A picture of ${width}×${height} pixels cannot be drawn: ${reason}. ${REMEDY}`,
      {},
      { cause: error },
    );
  } finally {
    closeImage(image);
  }
  return context.getImageData(0, 0, width, height);
}

function newContext(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) {
    throw new HwgqError('invalid-image', `A picture of ${width}×${height} pixels cannot be drawn. ${REMEDY}`);
  }
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  return context;
}

/** Returns the size of an image as displayed, which differs from the coded size of a frame. */
function sizeOf(image: TransferableImage): readonly [width: number, height: number] {
  return 'displayWidth' in image ? [image.displayWidth, image.displayHeight] : [image.width, image.height];
}

/** Returns whether a frame is displayed rotated, flipped or scaled. */
function isTransformed(image: (VideoFrame & { rotation?: number; flip?: boolean }) | ImageBitmap): boolean {
  if (!('format' in image)) return false;
  // Not all browsers have `rotation` and `flip`.
  const { rotation, flip, displayWidth, displayHeight, visibleRect } = image;
  return Boolean(rotation || flip || visibleRect?.width !== displayWidth || visibleRect.height !== displayHeight);
}

function drawable(image: TransferableImage): CanvasImageSource {
  if (!(image instanceof ImageData)) return image;
  const context = newContext(image.width, image.height);
  context.putImageData(image, 0, 0);
  return context.canvas;
}
