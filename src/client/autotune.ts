/**
 * Measures WebGPU's kernels, for pages that keep the fastest ones for later visits. A separate module, because few pages
 * need it.
 * @module hwgq-web/autotune
 */

import { proxy, transfer } from 'comlink';
import type { VariantTiming } from '../engine/autotune-model.ts';
import { checkOptionTypes, type OptionTypes } from '../engine/option-types.ts';
import type { AdapterDescription, KernelChoice } from '../engine/runner.ts';
import { startPackagedWorker } from '../start-worker.ts';
import type { TuneWorker } from '../worker/tune-worker.ts';
import { checkModel } from './check-model.ts';
import { download } from './download.ts';
import { PrivateWorker } from './private-worker.ts';
import type { ClassifierOptions } from './types.ts';
import { resolveWorkerUrl, startWorkerAt } from './worker-url.ts';

export type { VariantTiming } from '../engine/autotune-model.ts';
export type { AdapterDescription, KernelChoice, VariantName } from '../engine/runner.ts';
export type { ModelSource } from './types.ts';

/** Options of `autotune`. An option that is `undefined` has its default. */
export interface AutotuneOptions extends Pick<ClassifierOptions, 'model' | 'powerPreference' | 'fetch'> {
  /**
   * URL of the package's `tune-worker.js`, absolute or relative to the page, for bundlers that do not find it by
   * themselves. It may be on another origin that allows the page by CORS.
   */
  readonly workerUrl?: string | URL | undefined;
  /** Called with the fraction of kernels that have been timed, 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Cancels `autotune` at any stage. It then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The result of `autotune`: plain data that can be stored as JSON. */
export interface Autotuned {
  /** The fastest kernel for each layer shape, for the option `kernelChoice` of `createClassifier`. */
  readonly choice: KernelChoice;
  /** The time of every kernel on every layer shape. */
  readonly timings: readonly VariantTiming[];
  /** The GPU that was measured. The choice is valid for this GPU only. */
  readonly adapter: AdapterDescription;
}

const AUTOTUNE_OPTIONS: OptionTypes<AutotuneOptions> = {
  model: 'any',
  workerUrl: 'any',
  powerPreference: 'string',
  onProgress: 'function',
  signal: 'AbortSignal',
  fetch: 'function',
};

const WORKER = {
  name: 'worker that times kernels',
  remedy: "Set workerUrl to the URL of tune-worker.js, and allow it in the page's CSP (worker-src).",
};

/**
 * Times all WebGPU kernels on the layers of a model, in its own worker, and compares their results.
 *
 * This takes seconds, during which the GPU is busy. The choice also applies to other models with layers of the same shapes.
 * @throws HwgqError `no-webgpu`, `invalid-option`, `download`, `model-format`, `device-lost` or `worker`. Throws the
 *   signal's reason if `signal` aborts.
 */
export async function autotune(options: AutotuneOptions): Promise<Autotuned> {
  checkOptionTypes('autotune', options, AUTOTUNE_OPTIONS);
  const { model, workerUrl, powerPreference, signal, onProgress = () => {}, fetch } = options;
  checkModel(model);
  signal?.throwIfAborted();
  const worker = startWorkerAt(resolveWorkerUrl(workerUrl), () =>
    startPackagedWorker(
      import.meta.url,
      'tune-worker.js',
      () => new Worker(new URL('../worker/tune-worker.ts', import.meta.url), { type: 'module' }),
    ),
  );
  const connection = new PrivateWorker<TuneWorker>(worker, WORKER.name, WORKER.remedy);
  const end = () => connection.end(signal?.reason);
  signal?.addEventListener('abort', end);
  try {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    await download(model, { signal, fetch, onChunk: (bytes) => pieces.push(bytes.slice()) });
    const file = new Uint8Array(await new Blob(pieces).arrayBuffer());
    return await connection.call((remote) =>
      remote.tune(transfer(file, [file.buffer]), powerPreference, proxy(onProgress)),
    );
  } finally {
    signal?.removeEventListener('abort', end);
    connection.end(new Error('The kernels are timed.'));
  }
}
