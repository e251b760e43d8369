import { proxy, transfer } from 'comlink';
import { checkOptions, labelsOf } from '../engine/categories.ts';
import type { Classification, ClassificationOptions } from '../engine/classification.ts';
import type { ClassifierInfo } from '../engine/picture-classifier.ts';
import { HwgqError } from '../errors.ts';
import type { TransferableImage } from '../image/deferred-picture.ts';
import { checkRegion } from '../image/view.ts';
import type { LoadOptions } from '../worker/protocol.ts';
import { classificationStream } from './classification-stream.ts';
import { download } from './download.ts';
import { handOver } from './images.ts';
import type {
  Classifier,
  ClassifierOptions,
  ClassifyOptions,
  ImageSource,
  LoadProgress,
  LoadStage,
  StreamOptions,
  StreamResult,
  StreamSource,
} from './types.ts';
import { WorkerConnection } from './worker-connection.ts';

/** Where each stage ends on the way from 0 to 1. */
const STAGE_ENDS: Readonly<Record<LoadStage, readonly [start: number, end: number]>> = {
  download: [0, 0.6],
  decode: [0.6, 0.65],
  compile: [0.65, 0.95],
  'warm-up': [0.95, 1],
};

/**
 * Fetches a model, makes it ready in a worker, and gives back a classifier. The worker starts at once, and takes the
 * model while it comes. All classifiers of a page with the same `workerUrl` share one worker and one GPU device, in
 * which they take turns.
 * @throws HwgqError `invalid-option`, `download`, `model-format`, `model-integrity`, `no-webgpu`, `no-wasm`,
 *   `unsupported`, `out-of-memory`, `device-lost` or `worker`; the signal's reason where it aborts.
 */
export async function createClassifier(options: ClassifierOptions): Promise<Classifier> {
  const { model, workerUrl, signal, onProgress, fetch } = options;
  signal?.throwIfAborted();
  const classification = classificationOptions(options);
  checkOptions(classification);
  const report = progressReporter(onProgress);
  const connection = new WorkerConnection(workerUrl);
  const abort = () => connection.end(signal?.reason);
  signal?.addEventListener('abort', abort);
  try {
    connection.send((worker) => worker.start(loadOptions(options)));
    const size = await download(model, {
      signal: connection.signal,
      ...(fetch ? { fetch } : {}),
      onChunk: (chunk, loaded, total) => {
        report('download', total ? loaded / total : 0, loaded, total);
        // A copy: the chunk may be part of a buffer that is the caller's.
        const bytes = chunk.slice();
        connection.send((worker) => worker.push(transfer(bytes, [bytes.buffer])));
      },
    });
    report('download', 1, size, size);
    const info = await connection.call((worker) =>
      worker.load(
        proxy((stage, done) => {
          // The worker, which others use too, may report a little longer than anybody waits.
          if (!connection.signal.aborted) report(stage, done, size, size);
        }),
      ),
    );
    report('warm-up', 1, size, size);
    signal?.throwIfAborted();
    return new WorkerClassifier(connection, info, classification);
  } catch (error) {
    connection.end(error);
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

class WorkerClassifier implements Classifier {
  readonly info: ClassifierInfo;
  readonly #connection: WorkerConnection;
  readonly #labels: readonly string[];
  #options: ClassificationOptions = {};

  constructor(connection: WorkerConnection, info: ClassifierInfo, options: ClassificationOptions) {
    this.info = info;
    this.#connection = connection;
    this.#labels = labelsOf(info.labels, info.classes);
    this.setOptions(options);
  }

  async classify(image: ImageSource, options?: ClassifyOptions): Promise<Classification> {
    const [result] = await this.classifyBatch([image], options);
    return result as Classification;
  }

  async classifyBatch(images: readonly ImageSource[], options?: ClassifyOptions): Promise<readonly Classification[]> {
    const checked = this.#checked(options);
    const { results } = await handOver(images, (transferables, bitmaps) =>
      this.#connection.call((worker) => worker.classify(transfer(transferables, bitmaps), checked)),
    );
    return results;
  }

  async features(image: ImageSource): Promise<Float32Array> {
    return handOver([image], ([transferables], bitmaps) =>
      this.#connection.call((worker) => worker.features(transfer(transferables as TransferableImage, bitmaps))),
    );
  }

  stream(source: StreamSource, options: StreamOptions = {}): ReadableStream<StreamResult> {
    const own = classificationOptions(options);
    this.#checked(own);
    return classificationStream({
      connection: this.#connection,
      labels: this.#labels,
      source,
      options,
      classification: () => ({ ...this.#options, ...own }),
    });
  }

  setOptions(options: ClassificationOptions): void {
    this.#options = this.#checked(options);
  }

  dispose(): void {
    this.#connection.end(new HwgqError('disposed', 'The classifier has been disposed of. Make a new one.'));
  }

  /** With the classifier's own. */
  #checked(options: ClassifyOptions | undefined): ClassifyOptions {
    const merged = { ...this.#options, ...options };
    checkOptions(merged, this.#labels);
    if (merged.region) checkRegion(merged.region);
    return merged;
  }
}

function loadOptions(options: ClassifierOptions): LoadOptions {
  const { backend, integrity, powerPreference, simd, threads, kernelChoice } = options;
  return defined({ backend, integrity, powerPreference, simd, threads, kernelChoice });
}

function classificationOptions(options: ClassificationOptions): ClassificationOptions {
  const { maxResults, scoreThreshold, categoryAllowlist, categoryDenylist, scores } = options;
  return defined({ maxResults, scoreThreshold, categoryAllowlist, categoryDenylist, scores });
}

function defined<Options extends object>(options: { [Key in keyof Options]: Options[Key] | undefined }): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}

function progressReporter(onProgress: ((progress: LoadProgress) => void) | undefined) {
  let highest = 0;
  return (stage: LoadStage, done: number, loadedBytes: number, totalBytes: number | undefined): void => {
    const [start, end] = STAGE_ENDS[stage];
    highest = Math.max(highest, start + (end - start) * Math.min(1, done));
    onProgress?.({ stage, progress: highest, loadedBytes, ...(totalBytes === undefined ? {} : { totalBytes }) });
  };
}
