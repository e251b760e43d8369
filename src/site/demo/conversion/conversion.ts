import { PrivateWorker } from '../../../client/private-worker.ts';
import type { CaffeFiles } from '../incoming-files.ts';
import type { Conversion, ConvertWorker, PreprocessingChoice } from './convert.worker.ts';

/**
 * Converts Caffe files to a model in a dedicated worker, so that the page stays responsive.
 * @throws HwgqError from the converter; `worker` if the worker fails.
 */
export async function convertFiles(files: CaffeFiles, choice: PreprocessingChoice): Promise<Conversion> {
  const worker = new PrivateWorker<ConvertWorker>(
    new Worker(new URL('./convert.worker.ts', import.meta.url), { type: 'module' }),
    'converter',
  );
  try {
    return await worker.call((converter) => converter.convert(files, choice));
  } finally {
    worker.end(new Error('The conversion worker has finished.'));
  }
}
