import { proxy, transfer } from 'comlink';
import { checkOptions, definedOptions } from '../engine/categories.ts';
import { checkSessionOptions } from '../engine/check-session-options.ts';
import { checkOptionTypes } from '../engine/option-types.ts';
import type { BackendDescription } from '../engine/runner.ts';
import { HwgqError } from '../errors.ts';
import type { LoadOptions } from '../worker/protocol.ts';
import { checkModel } from './check-model.ts';
import { download } from './download.ts';
import { CLASSIFIER_OPTIONS } from './option-types.ts';
import type { Classifier, ClassifierOptions, LoadProgress, LoadStage, ModelSource } from './types.ts';
import { WorkerClassifier } from './worker-classifier.ts';
import { WorkerConnection } from './worker-connection.ts';

/** Progress at the start and the end of each stage. */
const STAGE_SPANS: Readonly<Record<LoadStage, readonly [start: number, end: number]>> = {
  download: [0, 0.6],
  decode: [0.6, 0.65],
  compile: [0.65, 0.95],
  'warm-up': [0.95, 1],
};

/**
 * Downloads a model, loads it in a worker, and returns a classifier for it.
 *
 * The worker starts at once and decodes the model while it is downloaded. All classifiers of a page with the same
 * `workerUrl` share one worker and one GPU device, and take turns.
 * @throws HwgqError `invalid-option`, `download`, `model-format`, `model-integrity`, `no-webgpu`, `no-wasm`, `unsupported`,
 *   `out-of-memory`, `device-lost`, `gpu-fault` or `worker`. Throws the signal's reason if `signal` aborts.
 */
export async function createClassifier(options: ClassifierOptions): Promise<Classifier> {
  checkPlatform();
  checkOptionTypes('createClassifier', options, CLASSIFIER_OPTIONS);
  const { model, workerUrl, integrity, cache, signal, onProgress, onBackendChange, fetch } = options;
  checkModel(model);
  const classification = definedOptions(options);
  checkOptions(classification);
  const session = loadOptions(options);
  checkSessionOptions(session);
  signal?.throwIfAborted();
  const report = progressReporter(onProgress);
  const connection = new WorkerConnection(workerUrl, session);
  let early: BackendDescription | undefined;
  let changeBackend = (backend: BackendDescription) => {
    early = backend;
  };
  const abort = () => connection.end(signal?.reason);
  signal?.addEventListener('abort', abort);
  try {
    connection.send((worker) => worker.start(session));
    const { bytes: size, store } = await download(model, {
      signal: connection.signal,
      fetch,
      cache,
      integrity,
      onChunk: (chunk, loaded, total) => {
        report('download', total ? loaded / total : 0, loaded, total);
        // A copy, because the chunk may be part of a buffer that belongs to the caller.
        const bytes = chunk.slice();
        connection.send((worker) => worker.push(transfer(bytes, [bytes.buffer])));
      },
    });
    report('download', 1, size, size);
    const info = await connection.call((worker) =>
      worker.load(
        proxy((stage, done) => {
          // The worker outlives a connection that has ended, and may still report.
          if (!connection.signal.aborted) report(stage, done, size, size);
        }),
        proxy((backend) => {
          if (!connection.signal.aborted) changeBackend(backend);
        }),
      ),
    );
    void store();
    report('warm-up', 1, size, size);
    signal?.throwIfAborted();
    const classifier = new WorkerClassifier(connection, info, classification, fetch);
    changeBackend = (backend) => {
      classifier.changeBackend(backend);
      // An exception is the page's, and must not reach the worker.
      queueMicrotask(() => onBackendChange?.(backend));
    };
    if (early) changeBackend(early);
    return classifier;
  } catch (error) {
    connection.end(error);
    throw withUrl(error, model);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Adds the model's URL to the message and the details of an error in its file. */
function withUrl(error: unknown, model: ModelSource): unknown {
  const url = model instanceof Request ? model.url : String(model);
  const hasUrl = typeof model === 'string' || model instanceof URL || model instanceof Request;
  if (!hasUrl || !(error instanceof HwgqError) || !['model-format', 'model-integrity'].includes(error.code))
    return error;
  return new HwgqError(error.code, `${url}: ${error.message}`, { ...error.details, url }, { cause: error });
}

/** @throws HwgqError `worker` in Node and other environments that lack what browsers have. */
function checkPlatform(): void {
  if (typeof Worker === 'function' && typeof createImageBitmap === 'function') return;
  throw new HwgqError(
    'worker',
    "There are no Web Workers or no createImageBitmap here; 'hwgq-web' needs a browser. In Node, import createClassifier from 'hwgq-web/node'. When rendering on a server, call it in the browser only.",
  );
}

function loadOptions(options: ClassifierOptions): LoadOptions {
  const { backend, integrity, powerPreference, simd, threads, kernelChoice } = options;
  return { backend, integrity, powerPreference, simd, threads, kernelChoice };
}

function progressReporter(onProgress: ((progress: LoadProgress) => void) | undefined) {
  let highest = 0;
  return (stage: LoadStage, done: number, loadedBytes: number, totalBytes: number | undefined): void => {
    const [start, end] = STAGE_SPANS[stage];
    highest = Math.max(highest, start + (end - start) * Math.min(1, done));
    onProgress?.({ stage, progress: highest, loadedBytes, ...(totalBytes === undefined ? {} : { totalBytes }) });
  };
}
