/**
 * For pages that look for WebGPU's fastest kernels once, and remember them. Few pages do, so it is a module of its own.
 * @module hwgq-web/autotune
 */

import { proxy, transfer } from 'comlink';
import type { VariantTiming } from '../engine/autotune-model.ts';
import type { AdapterDescription, KernelChoice } from '../engine/runner.ts';
import { startPackagedWorker } from '../start-worker.ts';
import type { TuneWorker } from '../worker/tune-worker.ts';
import { download } from './download.ts';
import { PrivateWorker } from './private-worker.ts';
import type { ClassifierOptions } from './types.ts';
import { resolveWorkerUrl, startWorkerAt } from './worker-url.ts';

export type { VariantTiming } from '../engine/autotune-model.ts';
export type { AdapterDescription, KernelChoice, VariantName } from '../engine/runner.ts';
export type { ModelSource } from './types.ts';

/** Which model's layers kernels are timed on, and where. */
export interface AutotuneOptions extends Pick<ClassifierOptions, 'model' | 'powerPreference' | 'fetch'> {
  /** Where the package's `tune-worker.js` is, for bundlers that do not find it by themselves. It may be on another origin. */
  readonly workerUrl?: string | URL | undefined;
  /** Called with the share of kernels that have been timed, 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Stops it at any time. */
  readonly signal?: AbortSignal | undefined;
}

/** What was found: plain data, to be kept as JSON. */
export interface Autotuned {
  /** The fastest kernel of each layer shape: what `createClassifier` takes as `kernelChoice`. */
  readonly choice: KernelChoice;
  /** Every kernel on every layer shape. */
  readonly timings: readonly VariantTiming[];
  /** The GPU on which it holds. */
  readonly adapter: AdapterDescription;
}

/**
 * Times all of WebGPU's kernels on the layers of a model, in a worker of its own, and compares their results. It takes
 * seconds, in which the GPU is busy. The choice holds for other models too, as far as they have layers of the same shapes.
 * @throws HwgqError `no-webgpu`, `invalid-option`, `download`, `model-format`, `device-lost` or `worker`; the signal's
 *   reason where it aborts.
 */
export async function autotune(options: AutotuneOptions): Promise<Autotuned> {
  const { model, workerUrl, powerPreference, signal, onProgress = () => {}, fetch } = options;
  signal?.throwIfAborted();
  const worker = startWorkerAt(resolveWorkerUrl(workerUrl), () =>
    startPackagedWorker(
      import.meta.url,
      'tune-worker.js',
      () => new Worker(new URL('../worker/tune-worker.ts', import.meta.url), { type: 'module' }),
    ),
  );
  const remedy = 'Set workerUrl to where tune-worker.js is, and allow it in the page’s CSP (worker-src).';
  const connection = new PrivateWorker<TuneWorker>(worker, 'worker that times kernels', remedy);
  const end = () => connection.end(signal?.reason);
  signal?.addEventListener('abort', end);
  try {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    await download(model, {
      signal,
      fetch,
      onChunk: (bytes) => pieces.push(bytes.slice()),
    });
    const file = new Uint8Array(await new Blob(pieces).arrayBuffer());
    return await connection.call((remote) =>
      remote.tune(transfer(file, [file.buffer]), powerPreference, proxy(onProgress)),
    );
  } finally {
    signal?.removeEventListener('abort', end);
    connection.end(new Error('The kernels are timed.'));
  }
}
