import { PrivateWorker } from '../../../client/private-worker.ts';
import type { TaughtClass } from '../../../teach/train-head.ts';
import { type ModelOffer, modelBytes } from '../../shared/shipped-models.ts';
import type { TeachWorker } from './teach.worker.ts';

/**
 * Trains a new head for a model in a dedicated worker, so that the page stays responsive.
 * @returns the bytes of the taught model's file.
 * @throws HwgqError as `trainHead` and `replaceHead`; `download`; `worker` if the worker fails.
 */
export async function teach(base: ModelOffer, classes: readonly TaughtClass[]): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await modelBytes(base);
  const worker = new PrivateWorker<TeachWorker>(
    new Worker(new URL('./teach.worker.ts', import.meta.url), { type: 'module' }),
    'teacher',
  );
  try {
    return await worker.call((teacher) => teacher.teach({ name: base.fileName, bytes }, classes));
  } finally {
    worker.end(new Error('The teaching worker has finished.'));
  }
}
