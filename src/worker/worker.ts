import { expose } from 'comlink';
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
import { toPicture } from './picture.ts';
import { type ClassifierWorker, type CrossingImage, installErrorTransfer, READY } from './protocol.ts';

/** Images of one submit. */
const BATCH = 16;

let incoming: { model: IncomingModel; session: SessionOptions } | undefined;
let loaded: { model: Model; session: Session; labels: readonly string[] } | undefined;

const worker: ClassifierWorker = {
  start({ integrity, ...session }) {
    incoming = { model: new IncomingModel(integrity), session };
    prepareSession(session);
  },

  push(bytes) {
    arriving().model.push(bytes);
  },

  async load(onProgress) {
    // Reports and the answer take different ways to the page, which do not keep their order.
    const reports: (void | Promise<void>)[] = [];
    const report: typeof onProgress = (stage, done) => void reports.push(onProgress(stage, done));
    const { model: file, session: options } = arriving();
    incoming = undefined;
    const model = file.finish();
    report('decode', 1);
    const { graph, preprocessing, provenance } = model;
    const scores = logitsBlob(graph);
    const classes = elementCount(inferShapes(graph).get(blobValue(graph, scores)) ?? []);
    const session = await createSession(model, {
      ...options,
      blobs: [scores, featuresBlob(graph)],
      onProgress: report,
    });
    await Promise.all(reports);
    loaded = { model, session, labels: labelsOf(model.labels, classes) };
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
  },

  async classify(images, options) {
    const results: Classification[] = [];
    for (let start = 0; start < images.length; start += BATCH) {
      results.push(...(await classifyBatch(images.slice(start, start + BATCH), options)));
    }
    return results;
  },

  async features(image) {
    const { blobs } = await current().session.runPictures([toPicture(image)]);
    return blobs[1] ?? new Float32Array();
  },
};

async function classifyBatch(
  images: readonly CrossingImage[],
  options: ClassificationOptions,
): Promise<Classification[]> {
  const { session, labels } = current();
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

function arriving() {
  if (incoming) return incoming;
  throw new HwgqError('worker', 'The worker awaits no model. Make the classifier again.');
}

function current() {
  if (loaded) return loaded;
  throw new HwgqError('worker', 'The worker has no model. Make the classifier again.');
}

installErrorTransfer();
expose(worker);
postMessage(READY);
