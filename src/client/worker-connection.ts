import { type Remote, wrap } from 'comlink';
import { HwgqError } from '../errors.ts';
import { type ClassifierWorker, installErrorTransfer, READY } from '../worker/protocol.ts';

/** A worker, and what ends every call on it: its death, or the classifier's end. */
export class WorkerConnection {
  /** Aborts with the reason of the end. */
  readonly signal: AbortSignal;
  private readonly ending = new AbortController();
  private readonly worker: Worker;
  private readonly remote: Remote<ClassifierWorker>;
  private readonly ready: Promise<void>;
  private readonly ended: Promise<never>;

  constructor(url: string | URL | undefined) {
    installErrorTransfer();
    this.worker = url
      ? new Worker(url, { type: 'module' })
      : new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' });
    this.signal = this.ending.signal;
    this.ended = new Promise<never>((_, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason));
    });
    // Nobody may be calling when the worker ends.
    this.ended.catch(() => {});
    this.ready = new Promise<void>((resolve) => {
      const listen = ({ data }: MessageEvent<unknown>) => {
        if (data !== READY) return;
        this.worker.removeEventListener('message', listen);
        resolve();
      };
      this.worker.addEventListener('message', listen);
    });
    this.worker.addEventListener('error', (event) => {
      const reason = event.message || 'its file could not be loaded';
      const remedy = 'Set workerUrl to where the file is, and allow it in the page’s CSP (worker-src).';
      this.end(new HwgqError('worker', `The classifier's worker failed: ${reason}. ${remedy}`));
    });
    this.remote = wrap<ClassifierWorker>(this.worker);
  }

  /** Calls reach the worker in their order. */
  async call<T>(work: (worker: Remote<ClassifierWorker>) => Promise<T>): Promise<T> {
    await Promise.race([this.ended, this.ready]);
    return Promise.race([this.ended, work(this.remote)]);
  }

  /** A call that nobody waits for: its failure is the end. */
  send(work: (worker: Remote<ClassifierWorker>) => Promise<void>): void {
    this.call(work).catch((reason: unknown) => this.end(reason));
  }

  end(reason: unknown): void {
    this.ending.abort(reason);
    this.worker.terminate();
  }
}
