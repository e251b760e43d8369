import { proxy, type Remote, transfer, wrap } from 'comlink';
import type { Classification, ClassificationOptions } from '../engine/classification.ts';
import { HwgqError } from '../errors.ts';
import { type ClassifierWorker, type CrossingImage, installErrorTransfer, READY } from '../worker/protocol.ts';
import { download } from './download.ts';
import { toCrossing } from './images.ts';
import type { Classifier, ClassifierInfo, ClassifierOptions, ImageSource, LoadProgress, LoadStage } from './types.ts';

/** Where each stage ends on the way from 0 to 1. */
const STAGE_ENDS: Readonly<Record<LoadStage, readonly [start: number, end: number]>> = {
  download: [0, 0.6],
  decode: [0.6, 0.65],
  compile: [0.65, 0.95],
  'warm-up': [0.95, 1],
};

/**
 * Fetches a model, makes it ready in a worker, and gives back a classifier.
 * @throws HwgqError `download`, `model-format`, `model-integrity`, `no-webgpu`, `unsupported`, `worker` or
 *   `invalid-option`; the signal's reason where it aborts.
 */
export async function createClassifier(options: ClassifierOptions): Promise<Classifier> {
  const {
    model,
    backend = 'auto',
    integrity,
    workerUrl,
    powerPreference,
    kernelChoice,
    signal,
    onProgress,
    fetch,
  } = options;
  const report = progressReporter(onProgress);
  const file = await download(model, {
    ...(signal ? { signal } : {}),
    ...(fetch ? { fetch } : {}),
    onProgress: (loaded, total) => report('download', total ? loaded / total : 0, loaded, total),
  });
  report('download', 1, file.byteLength, file.byteLength);
  const connection = new WorkerConnection(workerUrl);
  const abort = () => connection.end(signal?.reason);
  signal?.addEventListener('abort', abort);
  try {
    signal?.throwIfAborted();
    const loadOptions = {
      backend,
      ...(integrity === undefined ? {} : { integrity }),
      ...(powerPreference ? { powerPreference } : {}),
      ...(kernelChoice ? { kernelChoice } : {}),
    };
    const size = file.byteLength;
    const info = await connection.call((worker) =>
      worker.load(
        transfer(file, [file]),
        loadOptions,
        proxy((stage, done) => report(stage, done, size, size)),
      ),
    );
    report('warm-up', 1, size, size);
    signal?.throwIfAborted();
    const { maxResults, scoreThreshold, categoryAllowlist, categoryDenylist, scores } = options;
    const given = { maxResults, scoreThreshold, categoryAllowlist, categoryDenylist, scores };
    return new WorkerClassifier(connection, info, defined(given));
  } catch (error) {
    connection.end(error);
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** A worker, and what ends every call on it: its death, or the classifier's end. */
class WorkerConnection {
  private readonly worker: Worker;
  private readonly remote: Remote<ClassifierWorker>;
  private readonly ready: Promise<void>;
  private readonly ended: Promise<never>;
  private reject: (reason: unknown) => void = () => {};

  constructor(url: string | URL | undefined) {
    installErrorTransfer();
    this.worker = url
      ? new Worker(url, { type: 'module' })
      : new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' });
    this.ended = new Promise<never>((_, reject) => {
      this.reject = reject;
    });
    // Nobody may be calling when the worker ends.
    this.ended.catch(() => {});
    this.ready = new Promise<void>((resolve) => {
      const listen = ({ data }: MessageEvent<unknown>) => {
        if (data !== READY) return;
        this.worker.removeEventListener('message', listen);
        resolve();
      };
      this.worker.addEventListener('message', listen);
    });
    this.worker.addEventListener('error', (event) => {
      const reason = event.message || 'its file could not be loaded';
      const remedy = 'Set workerUrl to where the file is, and allow it in the page’s CSP (worker-src).';
      this.end(new HwgqError('worker', `The classifier's worker failed: ${reason}. ${remedy}`));
    });
    this.remote = wrap<ClassifierWorker>(this.worker);
  }

  async call<T>(work: (worker: Remote<ClassifierWorker>) => Promise<T>): Promise<T> {
    await Promise.race([this.ready, this.ended]);
    return Promise.race([work(this.remote), this.ended]);
  }

  end(reason: unknown): void {
    this.reject(reason);
    this.worker.terminate();
  }
}

class WorkerClassifier implements Classifier {
  readonly info: ClassifierInfo;
  readonly #connection: WorkerConnection;
  #options: ClassificationOptions;

  constructor(connection: WorkerConnection, info: ClassifierInfo, options: ClassificationOptions) {
    this.info = info;
    this.#connection = connection;
    this.#options = options;
  }

  async classify(image: ImageSource, options?: ClassificationOptions): Promise<Classification> {
    const [result] = await this.classifyBatch([image], options);
    return result as Classification;
  }

  async classifyBatch(
    images: readonly ImageSource[],
    options?: ClassificationOptions,
  ): Promise<readonly Classification[]> {
    const merged = { ...this.#options, ...options };
    const crossing = await Promise.all(images.map(toCrossing));
    return this.#connection.call((worker) => worker.classify(transfer(crossing, bitmapsOf(crossing)), merged));
  }

  async features(image: ImageSource): Promise<Float32Array> {
    const crossing = await toCrossing(image);
    return this.#connection.call((worker) => worker.features(transfer(crossing, bitmapsOf([crossing]))));
  }

  setOptions(options: ClassificationOptions): void {
    this.#options = { ...this.#options, ...options };
  }

  dispose(): void {
    this.#connection.end(new HwgqError('disposed', 'The classifier has been disposed of. Make a new one.'));
  }
}

function bitmapsOf(images: readonly CrossingImage[]): ImageBitmap[] {
  return images.filter((image) => image instanceof ImageBitmap);
}

function defined(options: { [Key in keyof ClassificationOptions]: ClassificationOptions[Key] | undefined }) {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as ClassificationOptions;
}

function progressReporter(onProgress: ((progress: LoadProgress) => void) | undefined) {
  let highest = 0;
  return (stage: LoadStage, done: number, loadedBytes: number, totalBytes: number | undefined): void => {
    const [start, end] = STAGE_ENDS[stage];
    highest = Math.max(highest, start + (end - start) * Math.min(1, done));
    onProgress?.({ stage, progress: highest, loadedBytes, ...(totalBytes === undefined ? {} : { totalBytes }) });
  };
}
