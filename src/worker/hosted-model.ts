import { finalizer, type Remote, releaseProxy } from 'comlink';
import { checkOptions, labelsOf, toCategories } from '../engine/categories.ts';
import type { Classification, ClassificationOptions } from '../engine/classification.ts';
import { prepareSession } from '../engine/prepare-session.ts';
import { createSession, type Session, type SessionOptions } from '../engine/session.ts';
import { HwgqError } from '../errors.ts';
import { blobValue, featuresBlob, logitsBlob } from '../graph/blobs.ts';
import { elementCount, inferShapes } from '../graph/shapes.ts';
import type { Model } from '../model/model.ts';
import { floatBytes } from '../model/summary.ts';
import { IncomingModel } from './incoming-model.ts';
import { close, toPicture } from './picture.ts';
import type { ClassifierWorker, CrossingImage, LoadedModel, LoadOptions, ProgressListener } from './protocol.ts';
import type { Seat } from './scheduler.ts';

/** Images of one submit. */
const BATCH = 16;

/** One classifier's model in the worker, from its first byte on. */
export class HostedModel implements ClassifierWorker {
  #incoming: { model: IncomingModel; session: SessionOptions } | undefined;
  #loaded: { model: Model; session: Session; labels: readonly string[] } | undefined;
  readonly #seat: Seat;
  readonly #end = new AbortController();

  constructor(seat: Seat) {
    this.#seat = seat;
  }

  start({ integrity, ...session }: LoadOptions): void {
    this.#incoming = { model: new IncomingModel(integrity), session };
    prepareSession(session);
  }

  push(bytes: Uint8Array): void {
    this.#arriving().model.push(bytes);
  }

  async load(onProgress: ProgressListener): Promise<LoadedModel> {
    // Reports and the answer take different ways to the page, which do not keep their order.
    const reports: (void | Promise<void>)[] = [];
    const report: ProgressListener = (stage, done) => void reports.push(onProgress(stage, done));
    try {
      return await this.#load(report);
    } finally {
      await Promise.all(reports);
      (onProgress as Remote<ProgressListener>)[releaseProxy]();
    }
  }

  async classify(images: readonly CrossingImage[], options: ClassificationOptions): Promise<readonly Classification[]> {
    const results: Classification[] = [];
    try {
      for (let start = 0; start < images.length; start += BATCH) {
        const batch = images.slice(start, start + BATCH);
        results.push(...(await this.#seat.run(() => this.#classifyBatch(batch, options))));
      }
    } finally {
      images.forEach(close);
    }
    return results;
  }

  async features(image: CrossingImage): Promise<Float32Array> {
    try {
      const { blobs } = await this.#seat.run(() => this.#current().session.runPictures([toPicture(image)]));
      return blobs[1] ?? new Float32Array();
    } finally {
      close(image);
    }
  }

  /** Called where the page has released its end. */
  [finalizer](): void {
    const reason = new HwgqError('disposed', 'The classifier has been disposed of. Make a new one.');
    this.#end.abort(reason);
    this.#seat.leave(reason);
    this.#loaded?.session.dispose();
    this.#incoming = undefined;
    this.#loaded = undefined;
  }

  async #load(report: ProgressListener): Promise<LoadedModel> {
    const { model: file, session: options } = this.#arriving();
    this.#incoming = undefined;
    const model = file.finish();
    report('decode', 1);
    const { graph, preprocessing, provenance } = model;
    const scores = logitsBlob(graph);
    const classes = elementCount(inferShapes(graph).get(blobValue(graph, scores)) ?? []);
    const session = await createSession(model, {
      ...options,
      blobs: [scores, featuresBlob(graph)],
      onProgress: report,
      signal: this.#end.signal,
    });
    this.#loaded = { model, session, labels: labelsOf(model.labels, classes) };
    return {
      network: graph.name,
      classes,
      ...(model.labels ? { labels: model.labels } : {}),
      preprocessing,
      bytes: file.bytes,
      floatBytes: floatBytes(graph),
      backend: session.backend,
      provenance,
    };
  }

  async #classifyBatch(images: readonly CrossingImage[], options: ClassificationOptions): Promise<Classification[]> {
    const { session, labels } = this.#current();
    checkOptions(options, labels);
    const start = performance.now();
    const pictures = images.map(toPicture);
    const drawn = performance.now() - start;
    const { blobs, preprocessMilliseconds, milliseconds } = await session.runPictures(pictures);
    const preprocess = drawn + preprocessMilliseconds;
    const total = performance.now() - start;
    return images.map((_, index) => {
      const logits = (blobs[0] ?? new Float32Array()).subarray(index * labels.length, (index + 1) * labels.length);
      const { scores, categories } = toCategories(logits, labels, options);
      return {
        categories,
        ...(options.scores ? { scores } : {}),
        timings: { preprocess, inference: milliseconds, total },
        backend: session.backend,
      };
    });
  }

  #arriving() {
    if (this.#incoming) return this.#incoming;
    throw new HwgqError('worker', 'The worker awaits no model. Make the classifier again.');
  }

  #current() {
    if (this.#loaded) return this.#loaded;
    throw new HwgqError('worker', 'The worker has no model. Make the classifier again.');
  }
}
