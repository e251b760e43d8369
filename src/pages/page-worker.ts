import { type Remote, wrap } from 'comlink';
import { HwgqError } from '../errors.ts';
import { installErrorTransfer, READY } from '../worker/protocol.ts';

/** A worker of the page's own, whose failure ends every call on it. */
export class PageWorker<Api> {
  readonly #worker: Worker;
  readonly #remote: Remote<Api>;
  readonly #ready: Promise<void>;
  readonly #failure: Promise<never>;

  /** @param name of the worker in the message of its failure. */
  constructor(worker: Worker, name: string) {
    installErrorTransfer();
    this.#worker = worker;
    this.#remote = wrap<Api>(worker);
    this.#ready = new Promise((resolve) => {
      worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (data === READY) resolve();
      });
    });
    this.#failure = new Promise((_, reject) => {
      worker.addEventListener('error', ({ message }) => {
        reject(
          new HwgqError('worker', `The ${name} stopped: ${message || 'its file could not be loaded'}. Try again.`),
        );
      });
    });
    // Those who call are told; nobody may be calling.
    this.#failure.catch(() => {});
  }

  /** @throws HwgqError `worker` where the worker fails, and what the call throws there. */
  async call<Result>(work: (remote: Remote<Api>) => Promise<Result>): Promise<Result> {
    await Promise.race([this.#ready, this.#failure]);
    return Promise.race([work(this.#remote), this.#failure]);
  }

  terminate(): void {
    this.#worker.terminate();
  }
}
