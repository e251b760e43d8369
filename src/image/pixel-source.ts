import { type AnyPicture, DeferredPicture } from './deferred-picture.ts';
import { isChromium } from './is-chromium.ts';
import { checkPicture, type Picture, type Size } from './picture.ts';
import type { PixelRegion } from './view.ts';

/** Reads a picture's pixels part by part: four bytes each, interleaved, row by row. */
export interface PixelSource extends Size {
  /** The order of a pixel's colours. They are 8-bit sRGB. The fourth byte is alpha, or has no meaning. */
  readonly order: 'rgba' | 'bgra';
  /**
   * The meaning of the fourth byte. `unknown`: colours may have been multiplied by alpha, so the pixels can only be
   * used if all alpha is 255.
   */
  readonly alpha: 'none' | 'straight' | 'unknown';
  /** Whether columns are counted from the right edge of the picture, because left and right are swapped. */
  readonly isMirrored: boolean;
  /**
   * The picture's position in its frame. Parts have to begin at even coordinates of the frame, because frames may store
   * colours at half the resolution.
   */
  readonly position: Position;
  /**
   * Reads a part.
   * @param target width × height × 4 bytes.
   * @param end the row at which the last part that will be read ends.
   * @returns false if the pixels cannot be read this way.
   */
  read(part: PixelRegion, target: Uint8Array, end: number): Promise<boolean> | boolean;
  /** Frees the source's resources. The picture stays open. */
  close(): void;
}

interface Position {
  readonly left: number;
  readonly top: number;
}

/** The number of pixels that are drawn at a time: a compromise between memory and conversions of the same frame. */
const DRAWN_PIXELS = 2 ** 22;
const ORIGIN: Position = { left: 0, top: 0 };

/**
 * Returns the cheapest way to read a picture: its own pixels, a copy out of its frame or bitmap, or drawing it.
 * @throws HwgqError `invalid-image` if the data's length does not match the picture's size.
 */
export function openPixels(picture: AnyPicture): PixelSource {
  if (!(picture instanceof DeferredPicture)) return new DecodedPixels(picture);
  if (picture.isInterpolated) picture.draw();
  const { pixels } = picture;
  return pixels ? new DecodedPixels(pixels.picture, pixels) : (openFrame(picture) ?? new DrawnPixels(picture));
}

/** Reads pixels that have been decoded, or a part of them. */
class DecodedPixels implements PixelSource {
  readonly order = 'rgba';
  readonly alpha = 'straight';
  readonly position = ORIGIN;
  readonly width: number;
  readonly height: number;
  readonly isMirrored: boolean;
  readonly #pixels: Picture;
  readonly #part: Position;

  constructor(pixels: Picture, part: Size & Partial<Position> & { readonly mirror?: boolean } = pixels) {
    checkPicture(pixels);
    this.width = part.width;
    this.height = part.height;
    this.isMirrored = part.mirror ?? false;
    this.#pixels = pixels;
    this.#part = { left: part.left ?? 0, top: part.top ?? 0 };
  }

  read({ left, top, width, height }: PixelRegion, target: Uint8Array): boolean {
    const { data, width: stride } = this.#pixels;
    const start = ((this.#part.top + top) * stride + this.#part.left + left) * 4;
    if (width === stride) target.set(data.subarray(start, start + height * width * 4));
    else {
      for (let y = 0; y < height; y++) {
        const from = start + y * stride * 4;
        target.set(data.subarray(from, from + width * 4), y * width * 4);
      }
    }
    return true;
  }

  close(): void {}
}

/** Draws the picture on white. It works for every picture. */
export class DrawnPixels implements PixelSource {
  readonly order = 'rgba';
  readonly alpha = 'none';
  readonly position = ORIGIN;
  // Drawing applies `mirror`.
  readonly isMirrored = false;
  readonly width: number;
  readonly height: number;
  readonly #picture: DeferredPicture;
  #drawn: { readonly part: PixelRegion; readonly pixels: DecodedPixels } | undefined;

  constructor(picture: DeferredPicture) {
    this.width = picture.width;
    this.height = picture.height;
    this.#picture = picture;
  }

  /** @throws HwgqError `invalid-image` if the browser cannot draw the image. */
  read(part: PixelRegion, target: Uint8Array, end: number): boolean {
    const { left, top, width, height } = part;
    if (!this.#drawn || top + height > this.#drawn.part.top + this.#drawn.part.height) {
      const rows = Math.max(height, Math.min(end - top, Math.floor(DRAWN_PIXELS / width)));
      const drawn = { left, top, width, height: rows };
      this.#drawn = { part: drawn, pixels: new DecodedPixels(this.#picture.drawPart(drawn)) };
    }
    return this.#drawn.pixels.read({ left: 0, top: top - this.#drawn.part.top, width, height }, target);
  }

  close(): void {}
}

/** Returns a source that copies pixels out of a frame, or undefined if they have to be drawn. */
function openFrame(picture: DeferredPicture): PixelSource | undefined {
  const { image } = picture;
  // Firefox converts the whole frame for each part, which is slower than drawing.
  if (!image || typeof VideoFrame === 'undefined' || !isChromium()) return undefined;
  try {
    const frame = image instanceof VideoFrame ? image : new VideoFrame(image, { timestamp: 0 });
    const conversion = conversionOf(frame);
    if (conversion) return new FramePixels(picture, frame, conversion);
    if (frame !== image) frame.close();
  } catch {
    // Drawing reports the problem with the image.
  }
  return undefined;
}

/** The conversion of a frame's pixels to bytes in sRGB. */
interface Conversion {
  readonly order: PixelSource['order'];
  readonly alpha: PixelSource['alpha'];
  /** Options of `copyTo`. */
  readonly options: { readonly format?: 'BGRX'; readonly colorSpace?: 'srgb' };
}

function conversionOf({ format, colorSpace }: VideoFrame): Conversion | undefined {
  if (!format) return undefined;
  const isTranslucent = format.includes('A');
  const isSrgb = colorSpace.primaries === 'bt709' && colorSpace.transfer === 'iec61966-2-1';
  if (/^(RGB|BGR)[AX]$/.test(format) && isSrgb) {
    return { order: format.startsWith('B') ? 'bgra' : 'rgba', alpha: isTranslucent ? 'unknown' : 'none', options: {} };
  }
  if (isTranslucent) return undefined;
  // Chromium converts brightness and colours to BGRX in half of the time that it needs for RGBX.
  return { order: 'bgra', alpha: 'none', options: { format: 'BGRX', colorSpace: 'srgb' } };
}

/** Copies pixels out of a frame, or out of a bitmap that was converted to a frame. */
class FramePixels implements PixelSource {
  readonly order: PixelSource['order'];
  readonly alpha: PixelSource['alpha'];
  readonly position: Position;
  readonly width: number;
  readonly height: number;
  readonly isMirrored: boolean;
  readonly #frame: VideoFrame;
  readonly #isOwnFrame: boolean;
  readonly #options: Conversion['options'];

  constructor(picture: DeferredPicture, frame: VideoFrame, { order, alpha, options }: Conversion) {
    const { left, top, width, height, mirror, image } = picture;
    const { x = 0, y = 0 } = frame.visibleRect ?? {};
    this.order = order;
    this.alpha = alpha;
    this.position = { left: left + x, top: top + y };
    this.width = width;
    this.height = height;
    this.isMirrored = mirror;
    this.#frame = frame;
    this.#isOwnFrame = frame !== image;
    this.#options = options;
  }

  async read({ left, top, width, height }: PixelRegion, target: Uint8Array): Promise<boolean> {
    const rect = { x: this.position.left + left, y: this.position.top + top, width, height };
    try {
      const options: VideoFrameCopyToOptions = { ...this.#options, rect };
      const planes = await this.#frame.copyTo(target as Uint8Array<ArrayBuffer>, options);
      // Browsers that cannot convert ignore `format`, and copy planes of brightness and colours.
      return planes.length === 1 && planes[0]?.stride === width * 4;
    } catch {
      return false;
    }
  }

  close(): void {
    if (this.#isOwnFrame) this.#frame.close();
  }
}
