import { expose } from 'comlink';
import { installErrorTransfer } from './protocol.ts';

/** The first message of every worker. Calls made before it would never be answered, and ports sent before it are lost. */
const READY = 'hwgq-ready';

/** Announces that this worker listens. */
export function announceReady(): void {
  postMessage(READY);
}

/** Exposes the methods of a worker to the page that started it, and announces that it listens. */
export function exposeWorker(methods: object): void {
  installErrorTransfer();
  expose(methods);
  announceReady();
}

/** Resolves when a worker has announced that it listens. */
export function whenReady(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const listen = ({ data }: MessageEvent<unknown>) => {
      if (data !== READY) return;
      worker.removeEventListener('message', listen);
      resolve();
    };
    worker.addEventListener('message', listen);
  });
}
