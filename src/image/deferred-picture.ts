import { HwgqError, messageOf } from '../errors.ts';
import type { Picture, Size } from './picture.ts';
import { type PixelRegion, pixelsOf, type View } from './view.ts';

/** An image of the browser in a form that can be posted to a worker. */
export type TransferableImage = ImageBitmap | VideoFrame | ImageData;

/** A picture, decoded or deferred. */
export type AnyPicture = Picture | DeferredPicture;

const REMEDY = 'Pass a smaller one, or free memory by closing other pages.';
const WHOLE = { x: 0, y: 0, width: 1, height: 1 };

/**
 * A part of an image whose pixels are read only if a backend needs them on the CPU. A GPU may take the image as it is.
 * Bitmaps have to be upright. The picture owns its image, so its creator must close it.
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

  /** The pixels of the whole image, or those of the part if it has been drawn. Undefined if they have not been read yet. */
  get pixels(): (PixelRegion & { readonly picture: Picture; readonly mirror: boolean }) | undefined {
    const { left, top, width, height, mirror } = this;
    if (this.#drawn) return { picture: this.#drawn, left: 0, top: 0, width, height, mirror: false };
    return this.#image instanceof ImageData ? { picture: this.#image, left, top, width, height, mirror } : undefined;
  }

  /** Whether drawing interpolates between pixels, so that a part drawn alone may differ by roundings. */
  get isInterpolated(): boolean {
    return 'format' in this.#image && isScaled(this.#image);
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
    if (!this.#drawn) {
      try {
        this.#drawn = this.#draw(newContext(this), { left: 0, top: 0, width: this.width, height: this.height });
      } finally {
        this.close();
      }
    }
    return this.#drawn;
  }

  /**
   * Returns the pixels of a part of this part, composited on white. The image stays open, and the canvas is kept for
   * the next part of any picture.
   * @throws HwgqError `invalid-image` if the browser cannot draw the image.
   */
  drawPart(part: PixelRegion): Picture {
    const { width, height } = part;
    if (partContext?.canvas.width !== width || partContext.canvas.height !== height) partContext = newContext(part);
    return this.#draw(partContext, part);
  }

  /** Frees the image's pixels. Further calls do nothing. */
  close(): void {
    closeImage(this.#image);
  }

  /** Draws a part of the picture on white. The canvas is as large as that part. */
  #draw(context: OffscreenCanvasRenderingContext2D, { left, top, width, height }: PixelRegion): ImageData {
    context.resetTransform();
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    if (this.mirror) context.setTransform(-1, 0, 0, 1, this.width - left, -top);
    else context.translate(-left, -top);
    try {
      // The source is always the whole picture, because drawing mixes the colours of a source's pixels up to its edges.
      const { left: x, top: y } = this;
      context.drawImage(drawable(this.#image), x, y, this.width, this.height, 0, 0, this.width, this.height);
      return context.getImageData(0, 0, width, height);
    } catch (error) {
      const reason = messageOf(error).replace(/\.$/, '');
      throw new HwgqError(
        'invalid-image',
        `A picture of ${this.width}×${this.height} pixels cannot be drawn: ${reason}. ${REMEDY}`,
        {},
        { cause: error },
      );
    }
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

/** The canvas of `drawPart`. */
let partContext: OffscreenCanvasRenderingContext2D | undefined;

function newContext({ width, height }: Size): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context) return context;
  throw new HwgqError('invalid-image', `A picture of ${width}×${height} pixels cannot be drawn. ${REMEDY}`);
}

/** Returns the size of an image as displayed, which differs from the coded size of a frame. */
function sizeOf(image: TransferableImage): readonly [width: number, height: number] {
  return 'displayWidth' in image ? [image.displayWidth, image.displayHeight] : [image.width, image.height];
}

/** A frame, with properties that not all browsers have. */
type Frame = VideoFrame & { readonly rotation?: number; readonly flip?: boolean };

/** Returns whether a frame is displayed rotated, flipped or scaled. */
function isTransformed(image: Frame | ImageBitmap): boolean {
  return 'format' in image && Boolean(image.rotation || image.flip || isScaled(image));
}

/** Returns whether a frame is displayed at another size than its pixels have. */
function isScaled({ rotation = 0, displayWidth, displayHeight, visibleRect }: Frame): boolean {
  const { width, height } = visibleRect ?? {};
  const isOnSide = rotation % 180 !== 0;
  return (isOnSide ? height : width) !== displayWidth || (isOnSide ? width : height) !== displayHeight;
}

function drawable(image: TransferableImage): CanvasImageSource {
  if (!(image instanceof ImageData)) return image;
  const context = newContext(image);
  context.putImageData(image, 0, 0);
  return context.canvas;
}
