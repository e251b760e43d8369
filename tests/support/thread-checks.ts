import { type Remote, wrap } from 'comlink';
import type { ThreadChecks } from './threads.worker.ts';

/** Checks in a worker of their own, where threads may wait for each other. */
export async function threadChecks(): Promise<Remote<ThreadChecks>> {
  const worker = new Worker(new URL('./threads.worker.ts', import.meta.url), { type: 'module' });
  await new Promise((resolve) => worker.addEventListener('message', resolve, { once: true }));
  return wrap<ThreadChecks>(worker);
}
