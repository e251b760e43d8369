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
import { type SourceFrame, type Watch, watchFrames } from './frame-sources.ts';
import { ScoreSmoothing } from './score-smoothing.ts';
import type { StreamOptions, StreamResult, StreamSource } from './types.ts';
import type { WorkerConnection } from './worker-connection.ts';

/** Milliseconds after which a frame that no newer one has followed is taken for a picture that stands still. */
const STANDSTILL = 100;

/** Whose frames are looked at, and how. */
export interface StreamTask {
  readonly connection: WorkerConnection;
  /** A name for each class. */
  readonly labels: readonly string[];
  readonly source: StreamSource;
  readonly options: StreamOptions;
  /** The classifier's and the stream's options together, as they are by now. */
  readonly classification: () => ClassificationOptions;
}

/**
 * Results for what a source shows, as long as it does.
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

/** A frame, and when it came, by the page's clock. */
interface TimedFrame extends SourceFrame {
  readonly arrival: number;
}

interface SeenFrame {
  readonly frame: TimedFrame;
  readonly seen: Classification;
}

class LiveClassification {
  readonly #task: StreamTask;
  readonly #view: View;
  readonly #rate: FrameRate;
  readonly #smoothing: ScoreSmoothing;
  readonly #flow: FrameFlow<TimedFrame, SeenFrame>;
  /** Ends everything that watches. */
  readonly #watching = new AbortController();
  #watch: Watch | undefined;
  #standstill: ReturnType<typeof setTimeout> | undefined;
  #fail: (error: unknown) => void = () => {};

  constructor(task: StreamTask) {
    this.#task = task;
    const { frameRate, smoothing = 0, region, mirror } = task.options;
    this.#view = { region, mirror };
    this.#rate = new FrameRate(frameRate);
    this.#smoothing = new ScoreSmoothing(smoothing);
    this.#flow = new FrameFlow(
      (frame) => this.#look(frame),
      (end) => this.#stop(end),
    );
  }

  /** @param fail is called with the error that ends it, if one does. */
  start(fail: (error: unknown) => void): void {
    this.#fail = fail;
    const { connection, source, options } = this.#task;
    const { signal } = this.#watching;
    const watch = watchFrames(source, {
      onFrame: (frame) => this.#offer(frame),
      onCut: () => this.#cut(),
      onEnd: (end) => this.end(end),
    });
    this.#watch = watch;
    signal.addEventListener('abort', watch.stop);
    if (signal.aborted) watch.stop();
    const changeVisibility = () => (isHidden() ? this.#cut() : watch.show());
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

  /** The next result; undefined at the end. */
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
    if ('error' in end) this.#fail(end.error);
  }

  #cut(): void {
    this.#flow.cut();
    this.#smoothing.reset();
  }

  #offer(frame: SourceFrame): void {
    clearTimeout(this.#standstill);
    const arrival = performance.now();
    if (isHidden()) frame.refuse();
    else if (this.#rate.accepts(arrival)) this.#flow.offer({ ...frame, arrival });
    else {
      frame.refuse();
      const wait = Math.max(this.#rate.due - arrival, STANDSTILL);
      this.#standstill = setTimeout(() => this.#watch?.show(), wait);
    }
  }

  async #look(frame: TimedFrame): Promise<SeenFrame | undefined> {
    const { ladder } = frame;
    const rung = ladder?.rung ?? 0;
    const image = await frame.take();
    if (!image) return undefined;
    const pixels = pixelCount(image);
    try {
      const { results, milliseconds } = await this.#classify(image);
      ladder?.succeed(rung);
      this.#rate.observe(milliseconds, pixels);
      return { frame, seen: results[0] as Classification };
    } catch (error) {
      if (!(isUndrawable(error) && ladder?.fail(rung))) throw error;
    } finally {
      // It may not have gone anywhere.
      if ('close' in image) image.close();
    }
    return this.#look(frame);
  }

  #classify(image: TransferableImage): Promise<Classified> {
    const { connection, classification } = this.#task;
    const options = { ...classification(), ...this.#view, ...(this.#isSmoothed ? { scores: true } : {}) };
    const moved = image instanceof ImageData ? image.data.buffer : image;
    return connection.call((worker) => worker.classify(transfer([image], [moved]), options));
  }

  #resultOf({ frame, seen }: SeenFrame): StreamResult {
    const { timestamp, arrival } = frame;
    return {
      ...this.#smoothed(seen, arrival),
      timestamp,
      timings: { ...seen.timings, latency: performance.now() - arrival },
      counts: this.#flow.counts,
    };
  }

  #smoothed(seen: Classification, time: number): Classification {
    if (!this.#isSmoothed || !seen.scores) return seen;
    const options = this.#task.classification();
    const { scores: newest, ...others } = seen;
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
    throw new HwgqError('invalid-option', `frameRate is ${frameRate}; frames a second, more than 0, are accepted.`);
  }
  if (!(smoothing >= 0 && smoothing < Number.POSITIVE_INFINITY)) {
    throw new HwgqError('invalid-option', `smoothing is ${smoothing}; milliseconds, from 0, are accepted.`);
  }
  checkRegion(region);
}

function pixelCount(image: TransferableImage): number {
  return 'displayWidth' in image ? image.displayWidth * image.displayHeight : image.width * image.height;
}

/** Whether such a frame has not reached the worker, or could not be drawn there. */
function isUndrawable(error: unknown): boolean {
  return error instanceof HwgqError
    ? error.code === 'invalid-image'
    : error instanceof DOMException && error.name === 'DataCloneError';
}

/** A tab that nobody sees looks at nothing. */
function isHidden(): boolean {
  return typeof document !== 'undefined' && document.hidden;
}

/** For browsers whose streams are no iterables yet. */
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
