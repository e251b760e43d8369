import { HwgqError } from '../errors.ts';
import { whenReady } from '../worker/handshake.ts';

/** The parts of the message that describes a worker's failure. */
export interface WorkerDescription {
  /** The subject of the message: "worker that times kernels". */
  readonly name: string;
  /** The remedy after an exception in the worker. */
  readonly retry: string;
  /** The remedy if the worker's file cannot be loaded. */
  readonly remedy: string;
}

/**
 * Watches a worker that has just been started.
 * @param onFailure Called with an HwgqError `worker` if the worker's file cannot be loaded or its code throws.
 * @returns a promise that resolves when the worker listens.
 */
export function watchWorker(
  worker: Worker,
  { name, retry, remedy }: WorkerDescription,
  onFailure: (error: HwgqError) => void,
): Promise<void> {
  worker.addEventListener('error', ({ message }) => {
    // The event of a file that cannot be loaded has no message.
    const reason = message ? `${message}. ${retry}` : `its file could not be loaded. ${remedy}`;
    onFailure(new HwgqError('worker', `The ${name} failed: ${reason}`));
  });
  return whenReady(worker);
}
