import { finalizer, type Remote, releaseProxy } from 'comlink';
import type { Classification, ClassificationOptions } from '../engine/classification.ts';
import { type ClassifierInfo, PictureClassifier } from '../engine/picture-classifier.ts';
import { prepareSession } from '../engine/prepare-session.ts';
import type { SessionOptions } from '../engine/runner.ts';
import { HwgqError } from '../errors.ts';
import { closeImage, DeferredPicture, type TransferableImage } from '../image/deferred-picture.ts';
import type { View } from '../image/view.ts';
import { BufferedSha256 } from '../model/buffered-hash.ts';
import { ModelDecoder } from '../model/model-decoder.ts';
import type { BackendListener, Classified, ClassifierWorker, LoadOptions, ProgressListener } from './protocol.ts';
import type { TaskQueue } from './scheduler.ts';

/** Maximum number of images in one run: other classifiers get a turn between the runs of a large batch. */
const BATCH = 16;

/** A model that is being downloaded. */
interface Loading {
  readonly hash: BufferedSha256;
  readonly decoder: ModelDecoder;
  readonly session: SessionOptions;
}

/** The model of one classifier in the worker, from the first byte of its download on. */
export class HostedModel implements ClassifierWorker {
  #loading: Loading | undefined;
  #loaded: PictureClassifier | undefined;
  readonly #queue: TaskQueue;
  readonly #end = new AbortController();
  #onBackendChange: Remote<BackendListener> | undefined;
  /** Cancels each call in progress that has a number. */
  readonly #calls = new Map<number, AbortController>();

  constructor(queue: TaskQueue) {
    this.#queue = queue;
  }

  start({ integrity, ...session }: LoadOptions): void {
    const hash = new BufferedSha256();
    this.#loading = { hash, decoder: new ModelDecoder(hash, integrity), session };
    prepareSession(session);
  }

  push(bytes: Uint8Array): void {
    this.#requireLoading().decoder.push(bytes);
  }

  async load(onProgress: ProgressListener, onBackendChange: BackendListener): Promise<ClassifierInfo> {
    this.#onBackendChange = onBackendChange as Remote<BackendListener>;
    // Progress and the result arrive through different ports, so the result has to wait for the progress.
    const reports: (void | Promise<void>)[] = [];
    const report: ProgressListener = (stage, done) => void reports.push(onProgress(stage, done));
    try {
      const { hash, decoder, session } = this.#requireLoading();
      this.#loading = undefined;
      await hash.finish();
      const model = decoder.finish();
      report('decode', 1);
      const { signal } = this.#end;
      this.#loaded = await PictureClassifier.create(model, decoder.received, {
        ...session,
        onProgress: report,
        onBackendChange: (backend) => void this.#onBackendChange?.(backend),
        signal,
      });
      return this.#loaded.info;
    } finally {
      await Promise.all(reports);
      (onProgress as Remote<ProgressListener>)[releaseProxy]();
    }
  }

  async classify(
    images: readonly TransferableImage[],
    options: ClassificationOptions & View,
    call?: number,
  ): Promise<Classified> {
    try {
      return await this.#cancellable(call, (signal) => this.#classifyAll(images, options, signal));
    } finally {
      images.forEach(closeImage);
    }
  }

  async features(image: TransferableImage, view?: View, call?: number): Promise<Float32Array> {
    const picture = new DeferredPicture(image, view);
    const run = () => this.#requireLoaded().features(picture);
    try {
      return await this.#cancellable(call, (signal) => this.#queue.run(run, signal));
    } finally {
      picture.close();
    }
  }

  cancel(call: number): void {
    this.#calls.get(call)?.abort();
  }

  /** Called when the page releases its end of the port. */
  [finalizer](): void {
    const reason = new HwgqError('disposed', 'The classifier has been disposed of. Create a new one.');
    this.#end.abort(reason);
    this.#queue.close(reason);
    this.#loaded?.dispose();
    this.#onBackendChange?.[releaseProxy]();
    this.#onBackendChange = undefined;
    this.#loading = undefined;
    this.#loaded = undefined;
  }

  async #classifyAll(
    images: readonly TransferableImage[],
    options: ClassificationOptions & View,
    signal: AbortSignal | undefined,
  ): Promise<Classified> {
    const results: Classification[] = [];
    let milliseconds = 0;
    for (let start = 0; start < images.length; start += BATCH) {
      const batch = images.slice(start, start + BATCH);
      const done = await this.#queue.run(() => this.#classifyBatch(batch, options), signal);
      results.push(...done.results);
      milliseconds += done.milliseconds;
    }
    return { results, milliseconds };
  }

  async #classifyBatch(
    images: readonly TransferableImage[],
    options: ClassificationOptions & View,
  ): Promise<Classified> {
    const pictures = images.map((image) => new DeferredPicture(image, options));
    try {
      const results = await this.#requireLoaded().classify(pictures, options);
      const { preprocess, inference } = (results[0] as Classification).timings;
      return { results, milliseconds: preprocess + this.#queue.busyMilliseconds(inference) };
    } finally {
      for (const picture of pictures) picture.close();
    }
  }

  async #cancellable<T>(call: number | undefined, work: (signal: AbortSignal | undefined) => Promise<T>): Promise<T> {
    if (call === undefined) return work(undefined);
    const canceller = new AbortController();
    this.#calls.set(call, canceller);
    try {
      return await work(canceller.signal);
    } finally {
      this.#calls.delete(call);
    }
  }

  #requireLoading() {
    if (this.#loading) return this.#loading;
    throw new HwgqError('worker', 'The worker does not expect a model. Create the classifier again.');
  }

  #requireLoaded(): PictureClassifier {
    if (this.#loaded) return this.#loaded;
    throw new HwgqError('worker', 'The worker has no model. Create the classifier again.');
  }
}
