import { HwgqError, messageOf } from '../errors.ts';
import { startWorker } from '../start-worker.ts';

/**
 * Starts a worker.
 * @param url The absolute URL of its file; empty to start the packaged worker.
 * @param startPackaged Starts the worker of this package.
 * @throws HwgqError `worker` if the browser refuses to start it.
 */
export function startWorkerAt(url: string, startPackaged: () => Worker): Worker {
  try {
    return url ? startWorker(url) : startPackaged();
  } catch (cause) {
    const message = `The browser cannot start the worker: ${messageOf(cause)} Allow it in the page's CSP (worker-src, Trusted Types).`;
    throw new HwgqError('worker', message, {}, { cause });
  }
}

/**
 * Resolves a `workerUrl` against the page's base URL.
 * @returns the absolute URL; empty if `workerUrl` is undefined.
 * @throws HwgqError `invalid-option` if it is not a valid URL.
 */
export function resolveWorkerUrl(workerUrl: string | URL | undefined): string {
  if (workerUrl === undefined) return '';
  try {
    return new URL(workerUrl, globalThis.document?.baseURI ?? location.href).href;
  } catch (cause) {
    const message = `workerUrl is '${workerUrl}', which is not a valid URL. Pass the URL of the package's worker file, absolute or relative to the page.`;
    throw new HwgqError('invalid-option', message, {}, { cause });
  }
}
