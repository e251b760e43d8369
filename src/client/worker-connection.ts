import { type Remote, releaseProxy, wrap } from 'comlink';
import { type ClassifierWorker, installErrorTransfer, type LoadOptions } from '../worker/protocol.ts';
import { WorkerHost } from './worker-host.ts';

/**
 * One classifier's connection to the shared worker. A failure of the worker or the disposal of the classifier rejects
 * every call.
 */
export class WorkerConnection {
  /** Aborts when the connection ends, with the reason of the end. */
  readonly signal: AbortSignal;
  readonly #ending = new AbortController();
  readonly #host: WorkerHost;
  readonly #remote: Remote<ClassifierWorker>;
  /** Rejects each pending call. */
  readonly #pending = new Set<(reason: unknown) => void>();
  #calls = 0;

  /**
   * @param workerUrl The URL of the worker's file. Default: where the bundler has put it.
   * @param session The options of the classifier's session.
   * @throws HwgqError `invalid-option` or `worker`.
   */
  constructor(workerUrl: string | URL | undefined, session: LoadOptions) {
    installErrorTransfer();
    this.signal = this.#ending.signal;
    this.#host = WorkerHost.at(workerUrl, session);
    const { port1, port2 } = new MessageChannel();
    this.#remote = wrap<ClassifierWorker>(port1);
    this.#host.join(this, port2);
  }

  /**
   * Calls the worker, which receives the calls in order.
   * @param work Makes the call. Its second argument is a number that identifies the call, so that the worker can cancel
   * it.
   * @param signal Rejects the call and cancels it in the worker.
   */
  async call<T>(
    work: (worker: Remote<ClassifierWorker>, call: number) => Promise<T>,
    signal?: AbortSignal | undefined,
  ): Promise<T> {
    this.signal.throwIfAborted();
    signal?.throwIfAborted();
    const call = this.#calls++;
    const finished = new AbortController();
    return new Promise<T>((resolve, reject) => {
      const cancel = () => {
        reject(signal?.reason);
        // If the connection has ended, the worker has dropped the call already.
        if (!this.signal.aborted) this.send((worker) => worker.cancel(call));
      };
      this.#pending.add(reject);
      signal?.addEventListener('abort', cancel, { signal: finished.signal });
      work(this.#remote, call)
        .then(resolve, reject)
        .finally(() => {
          finished.abort();
          this.#pending.delete(reject);
        });
    });
  }

  /** Makes a call without waiting for it. If it fails, the connection ends. */
  send(work: (worker: Remote<ClassifierWorker>) => Promise<void>): void {
    this.call(work).catch((reason: unknown) => this.end(reason));
  }

  /** Rejects pending calls, and frees the classifier's memory in the worker. May be called more than once. */
  end(reason: unknown): void {
    if (this.signal.aborted) return;
    this.#ending.abort(reason);
    for (const reject of this.#pending) reject(this.signal.reason);
    this.#remote[releaseProxy]();
    this.#host.leave(this);
  }
}
