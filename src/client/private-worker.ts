import { type Remote, wrap } from 'comlink';
import { installErrorTransfer } from '../worker/protocol.ts';
import { watchWorker } from './watch-worker.ts';

/** A worker with a single user. Its failure or termination rejects every pending call. */
export class PrivateWorker<Methods> {
  readonly #worker: Worker;
  readonly #remote: Remote<Methods>;
  readonly #ready: Promise<void>;
  readonly #ended: Promise<never>;
  #reject: (reason: unknown) => void = () => {};

  /**
   * @param name The worker's name in the message of its failure.
   * @param remedy What to do if the worker's file cannot be loaded.
   */
  constructor(worker: Worker, name: string, remedy = 'Reload the page.') {
    installErrorTransfer();
    this.#worker = worker;
    this.#ended = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    // The worker may be terminated while no call is pending.
    this.#ended.catch(() => {});
    this.#ready = watchWorker(worker, { name, retry: 'Try again.', remedy }, (error) => this.end(error));
    this.#remote = wrap<Methods>(worker);
  }

  /**
   * Calls the worker as soon as it listens.
   * @throws what `work` throws; HwgqError `worker` if the worker fails; the reason of `end`.
   */
  async call<T>(work: (worker: Remote<Methods>) => Promise<T>): Promise<T> {
    await Promise.race([this.#ready, this.#ended]);
    return Promise.race([work(this.#remote), this.#ended]);
  }

  /** Terminates the worker at once and rejects pending calls with the reason. */
  end(reason: unknown): void {
    this.#reject(reason);
    this.#worker.terminate();
  }
}
