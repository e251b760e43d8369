import { type Remote, wrap } from 'comlink';
import type { ThreadChecks } from './threads.worker.ts';

/** Starts the checks in a worker, where threads may block. `errors` collects the errors that reach the page. */
export async function threadChecks(): Promise<{ checks: Remote<ThreadChecks>; errors: readonly string[] }> {
  const worker = new Worker(new URL('./threads.worker.ts', import.meta.url), { type: 'module' });
  await new Promise((resolve) => worker.addEventListener('message', resolve, { once: true }));
  const errors: string[] = [];
  worker.addEventListener('error', ({ message }) => errors.push(message));
  return { checks: wrap<ThreadChecks>(worker), errors };
}
