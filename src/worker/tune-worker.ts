import { type AutotunedModel, autotuneModel } from '../engine/autotune-model.ts';
import type { SessionOptions } from '../engine/runner.ts';
import { decodeModel } from '../model/decode.ts';
import { exposeWorker } from './handshake.ts';

/** Times kernels away from the page, whose thread they would hold up. */
const worker = {
  tune: (
    file: Uint8Array,
    powerPreference: SessionOptions['powerPreference'],
    onProgress: (done: number) => void,
  ): Promise<AutotunedModel> =>
    autotuneModel(decodeModel(file), { onProgress, ...(powerPreference ? { powerPreference } : {}) }),
};

export type TuneWorker = typeof worker;

exposeWorker(worker);
