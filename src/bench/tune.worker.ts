import { expose } from 'comlink';
import { type AutotunedModel, autotuneModel } from '../engine/autotune-model.ts';
import { decodeModel } from '../model/decode.ts';
import { installErrorTransfer, READY } from '../worker/protocol.ts';

const worker = {
  tune: (file: Uint8Array<ArrayBuffer>, onProgress: (done: number) => void): Promise<AutotunedModel> =>
    autotuneModel(decodeModel(file), { onProgress }),
};

export type TuneWorker = typeof worker;

installErrorTransfer();
expose(worker);
postMessage(READY);
