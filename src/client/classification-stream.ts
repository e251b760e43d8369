import { transfer } from 'comlink';
import { categoriesOf } from '../engine/categories.ts';
import type { Classification, ClassificationOptions } from '../engine/classification.ts';
import { HwgqError } from '../errors.ts';
import type { TransferableImage } from '../image/deferred-picture.ts';
import { checkRegion, type View } from '../image/view.ts';
import type { Classified } from '../worker/protocol.ts';
import { watchBattery } from './battery.ts';
import { type FlowEnd, FrameFlow } from './frame-flow.ts';
import { FrameRate } from './frame-rate.ts';
import { type FrameWatch, type SourceFrame, watchFrames } from './frame-sources.ts';
import { ScoreSmoothing } from './score-smoothing.ts';
import type { StreamOptions, StreamResult, StreamSource } from './types.ts';
import type { WorkerConnection } from './worker-connection.ts';

/** Milliseconds after which a skipped frame counts as the current picture if no newer frame has followed it. */
const STANDSTILL = 100;

/** A source to classify, and how. */
export interface StreamTask {
  readonly connection: WorkerConnection;
  /** A name for each class. */
  readonly labels: readonly string[];
  readonly source: StreamSource;
  readonly options: StreamOptions;
  /** Returns the current options of the classifier and the stream together. */
  readonly classification: () => ClassificationOptions;
}

/**
 * Returns a stream of results for the frames of a source.
 * @throws HwgqError `invalid-option`.
 */
export function classificationStream(task: StreamTask): ReadableStream<StreamResult> {
  checkOptions(task.options);
  const live = new LiveClassification(task);
  const stream = new ReadableStream<StreamResult>(
    {
      start: (controller) => live.start((error) => controller.error(error)),
      pull: async (controller) => {
        const result = await live.next();
        if (result) controller.enqueue(result);
        else controller.close();
      },
      cancel: (reason) => live.end({ error: reason }),
    },
    { highWaterMark: 0 },
  );
  return Symbol.asyncIterator in stream ? stream : iterable(stream);
}

/** A frame with its arrival time on the page's clock, in milliseconds. */
interface TimedFrame extends SourceFrame {
  readonly arrival: number;
}

interface ClassifiedFrame {
  readonly frame: TimedFrame;
  readonly result: Classification;
}

/** Classifies the frames of one stream. */
class LiveClassification {
  readonly #task: StreamTask;
  readonly #view: View;
  readonly #rate: FrameRate;
  readonly #smoothing: ScoreSmoothing;
  readonly #flow: FrameFlow<TimedFrame, ClassifiedFrame>;
  /** Removes all listeners and stops all watches. */
  readonly #watching = new AbortController();
  #watch: FrameWatch | undefined;
  #standstill: ReturnType<typeof setTimeout> | undefined;
  #onFailure: (error: unknown) => void = () => {};

  constructor(task: StreamTask) {
    this.#task = task;
    const { frameRate, smoothing = 0, region, mirror } = task.options;
    this.#view = { region, mirror };
    this.#rate = new FrameRate(frameRate);
    this.#smoothing = new ScoreSmoothing(smoothing);
    this.#flow = new FrameFlow(
      (frame) => this.#classifyFrame(frame),
      (end) => this.#stop(end),
    );
  }

  /** @param onFailure Called with the error that ends the stream, if one does. */
  start(onFailure: (error: unknown) => void): void {
    this.#onFailure = onFailure;
    const { connection, source, options } = this.#task;
    const { signal } = this.#watching;
    const watch = watchFrames(source, {
      onFrame: (frame) => this.#offer(frame),
      onSwitch: () => this.#invalidate(),
      onEnd: (end) => this.end(end),
    });
    this.#watch = watch;
    signal.addEventListener('abort', watch.stop);
    if (signal.aborted) watch.stop();
    const changeVisibility = () => (isHidden() ? this.#invalidate() : watch.refresh());
    globalThis.document?.addEventListener('visibilitychange', changeVisibility, { signal });
    watchBattery((isOnBattery) => {
      this.#rate.isOnBattery = isOnBattery;
    }, signal);
    for (const ending of [connection.signal, options.signal]) {
      const end = () => this.end({ error: ending?.reason });
      ending?.addEventListener('abort', end, { signal });
      if (ending?.aborted) end();
    }
  }

  /** Returns the next result; undefined at the end. */
  async next(): Promise<StreamResult | undefined> {
    const next = await this.#flow.next();
    return next && this.#resultOf(next);
  }

  end(end: FlowEnd): void {
    this.#flow.end(end);
  }

  #stop(end: FlowEnd): void {
    clearTimeout(this.#standstill);
    this.#watching.abort();
    if ('error' in end) this.#onFailure(end.error);
  }

  #invalidate(): void {
    this.#flow.invalidate();
    this.#smoothing.reset();
  }

  #offer(frame: SourceFrame): void {
    clearTimeout(this.#standstill);
    const arrival = performance.now();
    if (isHidden()) frame.discard();
    else if (this.#rate.accepts(arrival)) this.#flow.offer({ ...frame, arrival });
    else {
      frame.discard();
      const wait = Math.max(this.#rate.due - arrival, STANDSTILL);
      this.#standstill = setTimeout(() => this.#watch?.refresh(), wait);
    }
  }

  async #classifyFrame(frame: TimedFrame): Promise<ClassifiedFrame | undefined> {
    const { capture } = frame;
    const strategy = capture?.strategy ?? 0;
    const image = await frame.take();
    if (!image) return undefined;
    const pixels = pixelCount(image);
    try {
      const { results, milliseconds } = await this.#classify(image);
      capture?.succeed(strategy);
      this.#rate.observe(milliseconds, pixels);
      return { frame, result: results[0] as Classification };
    } catch (error) {
      if (!(isUndrawable(error) && capture?.fail(strategy))) throw error;
    } finally {
      // The image is still open if it could not be posted.
      if ('close' in image) image.close();
    }
    return this.#classifyFrame(frame);
  }

  #classify(image: TransferableImage): Promise<Classified> {
    const { connection, classification } = this.#task;
    const options = { ...classification(), ...this.#view, ...(this.#isSmoothed ? { scores: true } : {}) };
    const moved = image instanceof ImageData ? image.data.buffer : image;
    return connection.call((worker) => worker.classify(transfer([image], [moved]), options));
  }

  #resultOf({ frame, result }: ClassifiedFrame): StreamResult {
    const { timestamp, arrival } = frame;
    return {
      ...this.#smoothed(result, arrival),
      timestamp,
      timings: { ...result.timings, latency: performance.now() - arrival },
      counts: this.#flow.counts,
    };
  }

  #smoothed(result: Classification, time: number): Classification {
    if (!this.#isSmoothed || !result.scores) return result;
    const options = this.#task.classification();
    const { scores: newest, ...others } = result;
    const scores = this.#smoothing.next(newest, time);
    const categories = categoriesOf(scores, this.#task.labels, options);
    return { ...others, categories, ...(options.scores ? { scores } : {}) };
  }

  get #isSmoothed(): boolean {
    return (this.#task.options.smoothing ?? 0) > 0;
  }
}

function checkOptions({ frameRate = 1, smoothing = 0, region }: StreamOptions): void {
  if (!(frameRate > 0)) {
    throw new HwgqError(
      'invalid-option',
      `\`frameRate\` is ${frameRate}; a number of frames per second above 0 is accepted.`,
    );
  }
  if (!(smoothing >= 0 && smoothing < Number.POSITIVE_INFINITY)) {
    throw new HwgqError(
      'invalid-option',
      `\`smoothing\` is ${smoothing}; a number of milliseconds from 0 is accepted.`,
    );
  }
  checkRegion(region);
}

function pixelCount(image: TransferableImage): number {
  return 'displayWidth' in image ? image.displayWidth * image.displayHeight : image.width * image.height;
}

/** Returns whether an image could not be posted to the worker, or could not be drawn there. */
function isUndrawable(error: unknown): boolean {
  return error instanceof HwgqError
    ? error.code === 'invalid-image'
    : error instanceof DOMException && error.name === 'DataCloneError';
}

function isHidden(): boolean {
  return typeof document !== 'undefined' && document.hidden;
}

/** Adds async iteration to streams of browsers that do not support it yet. */
function iterable<T>(stream: ReadableStream<T>): ReadableStream<T> {
  return Object.assign(stream, { [Symbol.asyncIterator]: () => iterate(stream) });
}

async function* iterate<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
