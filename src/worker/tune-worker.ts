import { type AutotunedModel, autotuneModel } from '../engine/autotune-model.ts';
import type { SessionOptions } from '../engine/runner.ts';
import { decodeModel } from '../model/decode.ts';
import { exposeWorker } from './handshake.ts';

/** Times kernels in a worker, so that the page stays responsive. */
const worker = {
  tune: (
    file: Uint8Array,
    powerPreference: SessionOptions['powerPreference'],
    onProgress: (done: number) => void,
  ): Promise<AutotunedModel> => autotuneModel(decodeModel(file), { onProgress, powerPreference }),
};

/** The interface of the worker to the page. */
export type TuneWorker = typeof worker;

exposeWorker(worker);
