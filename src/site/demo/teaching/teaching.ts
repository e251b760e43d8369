import { PrivateWorker } from '../../../client/private-worker.ts';
import type { TaughtClass } from '../../../teach/train-head.ts';
import { type ModelOffer, modelBytes } from '../../shared/shipped-models.ts';
import type { TeachWorker } from './teach.worker.ts';

/**
 * Gives a model a head for other classes, in a worker of its own, so that the page stays alive.
 * @returns the taught model's file.
 * @throws HwgqError of `trainHead` and `replaceHead`, `download`, `worker` where the worker fails.
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
    worker.end(new Error('The teacher is done.'));
  }
}
