import { type Remote, releaseProxy, wrap } from 'comlink';
import { type ClassifierWorker, installErrorTransfer } from '../worker/protocol.ts';
import { WorkerHost } from './worker-host.ts';

/** One classifier's line to the worker, and what ends every call on it: the worker's death, or the classifier's end. */
export class WorkerConnection {
  /** Aborts with the reason of the end. */
  readonly signal: AbortSignal;
  private readonly ending = new AbortController();
  private readonly host: WorkerHost;
  private readonly remote: Remote<ClassifierWorker>;
  /** What rejects the calls that are pending. */
  private readonly pending = new Set<(reason: unknown) => void>();

  constructor(url: string | URL | undefined) {
    installErrorTransfer();
    this.signal = this.ending.signal;
    const { port1, port2 } = new MessageChannel();
    this.remote = wrap<ClassifierWorker>(port1);
    this.host = WorkerHost.at(url);
    this.host.join(this, port2);
  }

  /** Calls reach the worker in their order. */
  async call<T>(work: (worker: Remote<ClassifierWorker>) => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      this.pending.add(reject);
      work(this.remote)
        .then(resolve, reject)
        .finally(() => this.pending.delete(reject));
    });
  }

  /** A call that nobody waits for: its failure is the end. */
  send(work: (worker: Remote<ClassifierWorker>) => Promise<void>): void {
    this.call(work).catch((reason: unknown) => this.end(reason));
  }

  /** Rejects what is pending, and frees what the worker holds for it. May be called twice. */
  end(reason: unknown): void {
    if (this.signal.aborted) return;
    this.ending.abort(reason);
    for (const reject of this.pending) reject(this.signal.reason);
    this.remote[releaseProxy]();
    this.host.leave(this);
  }
}
