import { wrap } from 'comlink';
import { HwgqError } from '../errors.ts';
import { installErrorTransfer, READY } from '../worker/protocol.ts';
import type { Conversion, ConvertWorker, PreprocessingChoice } from './convert.worker.ts';
import type { CaffeFiles } from './incoming-files.ts';

/**
 * Converts Caffe files to a model, in a worker of its own, so that the page stays alive.
 * @throws HwgqError of the converter, `worker` where the worker fails.
 */
export async function convertFiles(files: CaffeFiles, choice: PreprocessingChoice): Promise<Conversion> {
  installErrorTransfer();
  const worker = new Worker(new URL('./convert.worker.ts', import.meta.url), { type: 'module' });
  const failure = new Promise<never>((_, reject) => {
    worker.addEventListener('error', ({ message }) => {
      reject(
        new HwgqError('worker', `The converter stopped: ${message || 'its file could not be loaded'}. Try again.`),
      );
    });
  });
  try {
    await Promise.race([isReady(worker), failure]);
    return await Promise.race([wrap<ConvertWorker>(worker).convert(files, choice), failure]);
  } finally {
    worker.terminate();
  }
}

function isReady(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (data === READY) resolve();
    });
  });
}
