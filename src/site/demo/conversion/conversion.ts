import { PrivateWorker } from '../../../client/private-worker.ts';
import type { CaffeFiles } from '../incoming-files.ts';
import type { Conversion, ConvertWorker, PreprocessingChoice } from './convert.worker.ts';

/**
 * Converts Caffe files to a model, in a worker of its own, so that the page stays alive.
 * @throws HwgqError of the converter, `worker` where the worker fails.
 */
export async function convertFiles(files: CaffeFiles, choice: PreprocessingChoice): Promise<Conversion> {
  const worker = new PrivateWorker<ConvertWorker>(
    new Worker(new URL('./convert.worker.ts', import.meta.url), { type: 'module' }),
    'converter',
  );
  try {
    return await worker.call((converter) => converter.convert(files, choice));
  } finally {
    worker.end(new Error('The converter is done.'));
  }
}
