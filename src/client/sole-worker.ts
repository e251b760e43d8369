import { type Remote, wrap } from 'comlink';
import { HwgqError } from '../errors.ts';
import { installErrorTransfer, READY } from '../worker/protocol.ts';

/** A worker that one caller has to itself, and what ends every call on it: its death, or its end. */
export class SoleWorker<Methods> {
  private readonly remote: Remote<Methods>;
  private readonly ready: Promise<void>;
  private readonly ended: Promise<never>;
  private reject: (reason: unknown) => void = () => {};

  /**
   * @param name of the worker in the message of its failure.
   * @param remedy where its file could not be loaded.
   */
  constructor(
    private readonly worker: Worker,
    name: string,
    remedy = 'Reload the page.',
  ) {
    installErrorTransfer();
    this.ended = new Promise<never>((_, reject) => {
      this.reject = reject;
    });
    // Nobody may be calling when the worker ends.
    this.ended.catch(() => {});
    this.ready = new Promise<void>((resolve) => {
      const listen = ({ data }: MessageEvent<unknown>) => {
        if (data !== READY) return;
        worker.removeEventListener('message', listen);
        resolve();
      };
      worker.addEventListener('message', listen);
    });
    worker.addEventListener('error', ({ message }) => {
      this.end(
        new HwgqError(
          'worker',
          `The ${name} failed: ${message ? `${message}. Try again.` : `its file could not be loaded. ${remedy}`}`,
        ),
      );
    });
    this.remote = wrap<Methods>(worker);
  }

  /** @throws what the work throws; HwgqError `worker` where the worker dies; the reason of `end`. */
  async call<T>(work: (worker: Remote<Methods>) => Promise<T>): Promise<T> {
    await Promise.race([this.ready, this.ended]);
    return Promise.race([work(this.remote), this.ended]);
  }

  /** Ends the worker at once; pending calls are rejected with the reason. */
  end(reason: unknown): void {
    this.reject(reason);
    this.worker.terminate();
  }
}
