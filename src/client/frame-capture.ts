import { HwgqError } from '../errors.ts';
import type { CrossingImage } from '../worker/protocol.ts';

/** What shows a frame that has to be taken off it. */
export type Shown = HTMLVideoElement | HTMLCanvasElement | OffscreenCanvas;

type Capture = (shown: Shown, microseconds: number) => CrossingImage | Promise<CrossingImage>;

/** The ways of taking a frame, cheapest first. */
const CAPTURES: readonly Capture[] = [
  (shown, timestamp) => new VideoFrame(shown, { timestamp }),
  (shown) => createImageBitmap(shown),
  (shown) => drawnPixels(shown),
];

/** The ways that work in this browser for one kind of source: each is tried once, the first good one is remembered. */
export class CaptureLadder {
  #rung = 0;
  #isProven = false;

  /**
   * Takes the frame that is shown.
   * @param time of the frame, in milliseconds.
   * @returns undefined where there is none at this moment.
   * @throws HwgqError `invalid-image` where no way works, or the picture is another site's.
   */
  async take(shown: Shown, time: number): Promise<CrossingImage | undefined> {
    if (!isShowing(shown)) return undefined;
    const capture = CAPTURES[this.#rung];
    if (!capture) throw new HwgqError('invalid-image', 'This browser gives no frames of such a source.');
    try {
      return await capture(shown, Math.round(time * 1000));
    } catch (error) {
      if (error instanceof DOMException && error.name === 'SecurityError') throw foreignPicture(error);
      // It may have been emptied meanwhile.
      if (!isShowing(shown)) return undefined;
      if (this.#isProven) throw error;
      this.#rung++;
      return this.take(shown, time);
    }
  }

  /** The frame was looked at. */
  succeed(): void {
    this.#isProven = true;
  }

  /** The frame could not be drawn where it went. @returns whether there is another way to try. */
  fail(): boolean {
    if (this.#isProven) return false;
    this.#rung++;
    return this.#rung < CAPTURES.length;
  }
}

/** Ladders for all streams of a page. */
export const VIDEO_LADDER = new CaptureLadder();
export const CANVAS_LADDER = new CaptureLadder();

let context: OffscreenCanvasRenderingContext2D | null = null;

function drawnPixels(shown: Shown): ImageData {
  const [width, height] = sizeOf(shown);
  context ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  if (!context) throw new HwgqError('invalid-image', 'This browser draws no frames.');
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

function foreignPicture(cause: unknown): HwgqError {
  const remedy = 'Have it sent with CORS headers, and set crossorigin on the element.';
  return new HwgqError(
    'invalid-image',
    `The picture comes from another site, which keeps it. ${remedy}`,
    {},
    { cause },
  );
}
