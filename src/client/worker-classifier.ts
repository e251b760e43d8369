import { transfer } from 'comlink';
import { checkOptions, definedOptions, labelsOf } from '../engine/categories.ts';
import type { Classification, ClassificationOptions } from '../engine/classification.ts';
import { addSymbolDispose } from '../engine/disposable.ts';
import { CLASSIFICATION_OPTIONS, checkOptionTypes } from '../engine/option-types.ts';
import type { ClassifierInfo } from '../engine/picture-classifier.ts';
import type { BackendDescription } from '../engine/runner.ts';
import { HwgqError } from '../errors.ts';
import type { TransferableImage } from '../image/deferred-picture.ts';
import { checkRegion, type View } from '../image/view.ts';
import { withAnySignal } from './abort.ts';
import { classificationStream } from './classification-stream.ts';
import { postImages, type TransferableImages } from './images.ts';
import { CLASSIFY_OPTIONS, FEATURES_OPTIONS, STREAM_OPTIONS } from './option-types.ts';
import type {
  Classifier,
  ClassifyOptions,
  FeaturesOptions,
  ImageSource,
  StreamOptions,
  StreamResult,
  StreamSource,
} from './types.ts';
import type { WorkerConnection } from './worker-connection.ts';

/** A classifier whose model is in the worker. */
export class WorkerClassifier implements Classifier {
  #info: ClassifierInfo;
  readonly #connection: WorkerConnection;
  readonly #labels: readonly string[];
  readonly #fetch: typeof globalThis.fetch | undefined;
  #options: ClassificationOptions = {};

  /**
   * @param fetch Replaces the page's `fetch` for pictures.
   * @throws HwgqError `invalid-option` for options that the model's labels rule out.
   */
  constructor(
    connection: WorkerConnection,
    info: ClassifierInfo,
    options: ClassificationOptions,
    fetch: typeof globalThis.fetch | undefined,
  ) {
    this.#info = info;
    this.#connection = connection;
    this.#labels = labelsOf(info.labels, info.classes);
    this.#fetch = fetch;
    this.setOptions(options);
  }

  get info(): ClassifierInfo {
    return this.#info;
  }

  /** Called when the worker reports another backend. */
  changeBackend(backend: BackendDescription): void {
    this.#info = { ...this.#info, backend };
  }

  // Added below, on platforms that have it.
  declare readonly [Symbol.dispose]: () => void;

  async classify(image: ImageSource, options: ClassifyOptions = {}): Promise<Classification> {
    checkOptionTypes('classify', options, CLASSIFY_OPTIONS);
    const [result] = await this.#classifyAll([image], options);
    return result as Classification;
  }

  async classifyBatch(
    images: readonly ImageSource[],
    options: ClassifyOptions = {},
  ): Promise<readonly Classification[]> {
    checkOptionTypes('classifyBatch', options, CLASSIFY_OPTIONS);
    if (Array.isArray(images)) return this.#classifyAll(images, options);
    throw new HwgqError(
      'invalid-image',
      `classifyBatch accepts an array of pictures; ${String(images)} is not an array.`,
    );
  }

  async features(image: ImageSource, options: FeaturesOptions = {}): Promise<Float32Array> {
    checkOptionTypes('features', options, FEATURES_OPTIONS);
    const view = viewOf(options);
    return this.#post([image], options.signal, ({ images: [picture], moved }, signal) =>
      this.#connection.call(
        (worker, call) => worker.features(transfer(picture as TransferableImage, moved), view, call),
        signal,
      ),
    );
  }

  stream(source: StreamSource, options: StreamOptions = {}): ReadableStream<StreamResult> {
    checkOptionTypes('stream', options, STREAM_OPTIONS);
    const own = definedOptions(options);
    this.#withOwn(own);
    return classificationStream({
      connection: this.#connection,
      labels: this.#labels,
      source,
      options,
      classification: () => ({ ...this.#options, ...own }),
    });
  }

  setOptions(options: ClassificationOptions): void {
    checkOptionTypes('setOptions', options, CLASSIFICATION_OPTIONS);
    this.#options = this.#withOwn(options);
  }

  dispose(): void {
    this.#connection.end(new HwgqError('disposed', 'The classifier has been disposed of. Create a new one.'));
  }

  async #classifyAll(images: readonly ImageSource[], options: ClassifyOptions): Promise<readonly Classification[]> {
    const checked = { ...this.#withOwn(definedOptions(options)), ...viewOf(options) };
    const { results } = await this.#post(images, options.signal, ({ images: pictures, moved }, signal) =>
      this.#connection.call((worker, call) => worker.classify(transfer(pictures, moved), checked, call), signal),
    );
    return results;
  }

  /** Prepares pictures and posts them, until the classifier is disposed of or the caller's signal aborts. */
  #post<Result>(
    images: readonly ImageSource[],
    signal: AbortSignal | undefined,
    post: (images: TransferableImages, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    return withAnySignal([this.#connection.signal, signal], (either) =>
      postImages(images, { signal: either, fetch: this.#fetch }, (prepared) => post(prepared, either)),
    );
  }

  /** Returns options for a call together with the classifier's own. @throws HwgqError `invalid-option`. */
  #withOwn(options: ClassificationOptions): ClassificationOptions {
    const merged = { ...this.#options, ...options };
    checkOptions(merged, this.#labels);
    return merged;
  }
}

addSymbolDispose(WorkerClassifier);

/** @throws HwgqError `invalid-option`. */
function viewOf({ region, mirror }: View): View {
  checkRegion(region);
  return { region, mirror };
}
