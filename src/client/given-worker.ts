import { HwgqError, messageOf } from '../errors.ts';
import { startWorker } from '../start-worker.ts';

/**
 * Starts a worker.
 * @param address where its file is, as somebody has said; empty where nobody has.
 * @param startUsual starts the one beside the caller.
 * @throws HwgqError `worker` where the browser starts none.
 */
export function startGiven(address: string, startUsual: () => Worker): Worker {
  try {
    return address ? startWorker(address) : startUsual();
  } catch (cause) {
    const message = `The browser starts no worker: ${messageOf(cause)} Allow it in the page’s CSP (worker-src, Trusted Types).`;
    throw new HwgqError('worker', message, {}, { cause });
  }
}

/**
 * The address that a `workerUrl` means; empty where there is none.
 * @throws HwgqError `invalid-option` where that is no address.
 */
export function addressOf(workerUrl: string | URL | undefined): string {
  if (workerUrl === undefined) return '';
  try {
    return new URL(workerUrl, globalThis.document?.baseURI ?? location.href).href;
  } catch (cause) {
    const message = `workerUrl is '${workerUrl}', no address. Give that of the package's worker file, relative to the page or whole.`;
    throw new HwgqError('invalid-option', message, {}, { cause });
  }
}
