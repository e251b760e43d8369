import { finalizer, type Remote, releaseProxy } from 'comlink';
import type { Classification, ClassificationOptions } from '../engine/classification.ts';
import { type ClassifierInfo, PictureClassifier } from '../engine/picture-classifier.ts';
import { prepareSession } from '../engine/prepare-session.ts';
import type { SessionOptions } from '../engine/runner.ts';
import { HwgqError } from '../errors.ts';
import { closeImage, DeferredPicture, type TransferableImage } from '../image/deferred-picture.ts';
import type { View } from '../image/view.ts';
import { ModelDecoder } from '../model/model-decoder.ts';
import type { Classified, ClassifierWorker, LoadOptions, ProgressListener } from './protocol.ts';
import type { Seat } from './scheduler.ts';

/** Images of one submit. */
const BATCH = 16;

/** One classifier's model in the worker, from its first byte on. */
export class HostedModel implements ClassifierWorker {
  #incoming: { readonly decoder: ModelDecoder; readonly session: SessionOptions } | undefined;
  #loaded: PictureClassifier | undefined;
  readonly #seat: Seat;
  readonly #end = new AbortController();
  /** Cancels each call in progress that has a number. */
  readonly #calls = new Map<number, AbortController>();

  constructor(seat: Seat) {
    this.#seat = seat;
  }

  start({ integrity, ...session }: LoadOptions): void {
    this.#incoming = { decoder: new ModelDecoder(integrity), session };
    prepareSession(session);
  }

  push(bytes: Uint8Array): void {
    this.#arriving().decoder.push(bytes);
  }

  async load(onProgress: ProgressListener): Promise<ClassifierInfo> {
    // Reports and the answer take different ways to the page, which do not keep their order.
    const reports: (void | Promise<void>)[] = [];
    const report: ProgressListener = (stage, done) => void reports.push(onProgress(stage, done));
    try {
      const { decoder, session } = this.#arriving();
      this.#incoming = undefined;
      const model = decoder.finish();
      report('decode', 1);
      const { signal } = this.#end;
      this.#loaded = await PictureClassifier.create(model, decoder.received, {
        ...session,
        onProgress: report,
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
    const run = () => this.#current().features(picture);
    try {
      return await this.#cancellable(call, (signal) => this.#seat.run(run, signal));
    } finally {
      picture.close();
    }
  }

  cancel(call: number): void {
    this.#calls.get(call)?.abort();
  }

  /** Called where the page has released its end. */
  [finalizer](): void {
    const reason = new HwgqError('disposed', 'The classifier has been disposed of. Make a new one.');
    this.#end.abort(reason);
    this.#seat.leave(reason);
    this.#loaded?.dispose();
    this.#incoming = undefined;
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
      const done = await this.#seat.run(() => this.#classifyBatch(batch, options), signal);
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
      const results = await this.#current().classify(pictures, options);
      const { preprocess, inference } = (results[0] as Classification).timings;
      return { results, milliseconds: preprocess + this.#seat.workOf(inference) };
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

  #arriving() {
    if (this.#incoming) return this.#incoming;
    throw new HwgqError('worker', 'The worker awaits no model. Make the classifier again.');
  }

  #current(): PictureClassifier {
    if (this.#loaded) return this.#loaded;
    throw new HwgqError('worker', 'The worker has no model. Make the classifier again.');
  }
}
