import { HwgqError, messageOf } from '../errors.ts';
import type { TransferableImage } from '../image/deferred-picture.ts';
import { foreignImage } from './images.ts';

/** A source whose current frame has to be captured. */
export type CapturedSource = HTMLVideoElement | HTMLCanvasElement | OffscreenCanvas;

type CaptureStrategy = (source: CapturedSource, microseconds: number) => TransferableImage | Promise<TransferableImage>;

/** The capture strategies, cheapest first. */
const STRATEGIES: readonly CaptureStrategy[] = [
  (source, timestamp) => new VideoFrame(source, { timestamp }),
  (source) => createImageBitmap(source),
  (source) => readPixels(source),
];

/**
 * Captures frames with the cheapest strategy that works in this browser for one kind of source. Each strategy is tried
 * once, and the first one that works is kept.
 *
 * Several frames may be in flight. The outcome of a frame therefore counts for the strategy that captured it, and for no
 * other.
 */
export class FrameCapture {
  #strategy = 0;
  #isProven = false;

  /** The strategy that captures the next frame, as an index. */
  get strategy(): number {
    return this.#strategy;
  }

  /**
   * Captures the current frame.
   * @param time The time of the frame in milliseconds.
   * @returns undefined if the source has no frame at this moment.
   * @throws HwgqError `invalid-image` if no strategy works, or if the picture is from another origin.
   */
  async capture(source: CapturedSource, time: number): Promise<TransferableImage | undefined> {
    if (!hasFrame(source)) return undefined;
    const strategy = this.#strategy;
    try {
      return await (STRATEGIES[strategy] as CaptureStrategy)(source, Math.round(time * 1000));
    } catch (error) {
      if (error instanceof DOMException && error.name === 'SecurityError') throw foreignImage(error);
      // The source may have been emptied in the meantime.
      if (!hasFrame(source)) return undefined;
      if (this.fail(strategy)) return this.capture(source, time);
      throw noFrame(source, error);
    }
  }

  /** Reports that a frame of this strategy has been classified. */
  succeed(strategy: number): void {
    if (strategy === this.#strategy) this.#isProven = true;
  }

  /**
   * Reports that this strategy could not capture a frame, or that the worker could not draw it.
   * @returns whether another strategy is left. If none has worked, the next frame starts with the first strategy again,
   *   because it may be from another source.
   */
  fail(strategy: number): boolean {
    if (strategy !== this.#strategy) return true;
    if (this.#isProven) return false;
    this.#strategy = (strategy + 1) % STRATEGIES.length;
    return this.#strategy > 0;
  }
}

/** The captures of all streams of a page, one for each kind of source. */
export const VIDEO_CAPTURE = new FrameCapture();
export const CANVAS_CAPTURE = new FrameCapture();

let context: OffscreenCanvasRenderingContext2D | null = null;

function readPixels(source: CapturedSource): ImageData {
  const [width, height] = sizeOf(source);
  context ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('2D canvases are not available');
  Object.assign(context.canvas, { width, height });
  context.drawImage(source, 0, 0);
  return context.getImageData(0, 0, width, height);
}

function sizeOf(source: CapturedSource): readonly [width: number, height: number] {
  return 'videoWidth' in source ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
}

function hasFrame(source: CapturedSource): boolean {
  const [width, height] = sizeOf(source);
  return width * height > 0 && !('readyState' in source && source.readyState < source.HAVE_CURRENT_DATA);
}

function noFrame(source: CapturedSource, cause: unknown): HwgqError {
  const [width, height] = sizeOf(source);
  const remedy = 'Draw the source on a smaller canvas, and pass that canvas.';
  return new HwgqError(
    'invalid-image',
    `This browser cannot capture a frame of ${width}×${height}: ${messageOf(cause).replace(/\.$/, '')}. ${remedy}`,
    {},
    { cause },
  );
}
