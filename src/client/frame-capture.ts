import { HwgqError, messageOf } from '../errors.ts';
import type { TransferableImage } from '../image/deferred-picture.ts';
import { foreignImage } from './images.ts';

/** What shows a frame that has to be taken off it. */
export type Shown = HTMLVideoElement | HTMLCanvasElement | OffscreenCanvas;

type Capture = (shown: Shown, microseconds: number) => TransferableImage | Promise<TransferableImage>;

/** The ways of taking a frame, cheapest first. */
const CAPTURES: readonly Capture[] = [
  (shown, timestamp) => new VideoFrame(shown, { timestamp }),
  (shown) => createImageBitmap(shown),
  (shown) => drawnPixels(shown),
];

/**
 * The ways that work in this browser for one kind of source: each is tried once, the first good one is remembered.
 * Several frames may be under way at once: what becomes of one tells about its own rung, and no other.
 */
export class CaptureLadder {
  #rung = 0;
  #isProven = false;

  /** The way in which the next frame is taken. */
  get rung(): number {
    return this.#rung;
  }

  /**
   * Takes the frame that is shown.
   * @param time of the frame, in milliseconds.
   * @returns undefined where there is none at this moment.
   * @throws HwgqError `invalid-image` where no way works, or the picture is another site's.
   */
  async take(shown: Shown, time: number): Promise<TransferableImage | undefined> {
    if (!isShowing(shown)) return undefined;
    const rung = this.#rung;
    try {
      return await (CAPTURES[rung] as Capture)(shown, Math.round(time * 1000));
    } catch (error) {
      if (error instanceof DOMException && error.name === 'SecurityError') throw foreignImage(error);
      // It may have been emptied meanwhile.
      if (!isShowing(shown)) return undefined;
      if (this.fail(rung)) return this.take(shown, time);
      throw noFrame(shown, error);
    }
  }

  /** A frame that was taken from this rung was looked at. */
  succeed(rung: number): void {
    if (rung === this.#rung) this.#isProven = true;
  }

  /**
   * A frame could not be taken from this rung, or not drawn where it went.
   * @returns whether there is another way to try. Where none has worked, the next frame begins with the first: it may be
   *   of another source.
   */
  fail(rung: number): boolean {
    if (rung !== this.#rung) return true;
    if (this.#isProven) return false;
    this.#rung = (rung + 1) % CAPTURES.length;
    return this.#rung > 0;
  }
}

/** Ladders for all streams of a page. */
export const VIDEO_LADDER = new CaptureLadder();
export const CANVAS_LADDER = new CaptureLadder();

let context: OffscreenCanvasRenderingContext2D | null = null;

function drawnPixels(shown: Shown): ImageData {
  const [width, height] = sizeOf(shown);
  context ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('there is no 2D canvas');
  Object.assign(context.canvas, { width, height });
  context.drawImage(shown, 0, 0);
  return context.getImageData(0, 0, width, height);
}

function sizeOf(shown: Shown): readonly [width: number, height: number] {
  return 'videoWidth' in shown ? [shown.videoWidth, shown.videoHeight] : [shown.width, shown.height];
}

function isShowing(shown: Shown): boolean {
  const [width, height] = sizeOf(shown);
  return width * height > 0 && !('readyState' in shown && shown.readyState < shown.HAVE_CURRENT_DATA);
}

function noFrame(shown: Shown, cause: unknown): HwgqError {
  const [width, height] = sizeOf(shown);
  const reason = messageOf(cause);
  const remedy = 'Draw it, smaller where it is large, on a canvas, and give that.';
  return new HwgqError(
    'invalid-image',
    `This browser gives no frame of a source of ${width}×${height}: ${reason.replace(/\.$/, '')}. ${remedy}`,
    {},
    { cause },
  );
}
