import { HwgqError } from '../errors.ts';
import { startPackagedWorker } from '../start-worker.ts';
import { READY } from '../worker/protocol.ts';
import { addressOf, startGiven } from './given-worker.ts';

/** Who uses a worker, and is told when it dies. */
export interface WorkerUser {
  end(reason: unknown): void;
}

/** The workers that run, by address. */
const running = new Map<string, WorkerHost>();

/** A worker that all classifiers with the same address share: it starts with the first and ends with the last. */
export class WorkerHost {
  private readonly worker: Worker;
  private readonly users = new Set<WorkerUser>();
  private readonly ready: Promise<void>;

  /**
   * @param url of the worker's file; by default it lies where the bundler has put it.
   * @throws HwgqError `invalid-option` where that is no address, `worker` where the browser starts none.
   */
  static at(url: string | URL | undefined): WorkerHost {
    const address = addressOf(url);
    const worker = running.get(address) ?? new WorkerHost(address);
    running.set(address, worker);
    return worker;
  }

  private constructor(private readonly address: string) {
    this.worker = startGiven(address, () =>
      startPackagedWorker(
        import.meta.url,
        'worker.js',
        () => new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' }),
      ),
    );
    this.ready = new Promise<void>((resolve) => {
      const listen = ({ data }: MessageEvent<unknown>) => {
        if (data !== READY) return;
        this.worker.removeEventListener('message', listen);
        resolve();
      };
      this.worker.addEventListener('message', listen);
    });
    this.worker.addEventListener('error', (event) => {
      const why = event.message
        ? `${event.message}. Make the classifier again.`
        : 'its file could not be loaded. Set workerUrl to where it is, and allow it in the page’s CSP (worker-src).';
      const error = new HwgqError('worker', `The classifier's worker failed: ${why}`);
      this.stop();
      for (const user of this.users) user.end(error);
    });
  }

  /** Takes a user, and a port to the worker for it. */
  join(user: WorkerUser, port: MessagePort): void {
    this.users.add(user);
    void this.ready.then(() => this.worker.postMessage(undefined, [port]));
  }

  leave(user: WorkerUser): void {
    this.users.delete(user);
    if (this.users.size === 0) this.stop();
  }

  private stop(): void {
    if (running.get(this.address) === this) running.delete(this.address);
    this.worker.terminate();
  }
}
