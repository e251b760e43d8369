import { startPackagedWorker } from '../start-worker.ts';
import type { LoadOptions } from '../worker/protocol.ts';
import { watchWorker } from './watch-worker.ts';
import { resolveWorkerUrl, startWorkerAt } from './worker-url.ts';

/** A user of a shared worker. */
export interface WorkerUser {
  /** Called when the worker fails. */
  end(reason: unknown): void;
}

const DESCRIPTION = { name: "classifier's worker", retry: 'Create the classifier again.' };

/** The running workers by URL. */
const running = new Map<string, WorkerHost>();

/** A worker shared by all classifiers with the same `workerUrl`. It starts with the first and ends with the last one. */
export class WorkerHost {
  readonly #url: string;
  readonly #worker: Worker;
  readonly #ready: Promise<void>;
  readonly #users = new Set<WorkerUser>();

  /**
   * Returns the worker of a URL, and starts it if it is not running.
   * @param workerUrl The URL of the worker's file. Default: where the bundler has put it.
   * @param session The options of the first user's session, so that a new worker prepares for it as soon as it runs.
   * @throws HwgqError `invalid-option` if that is not a valid URL, `worker` if the browser refuses to start the worker.
   */
  static at(workerUrl: string | URL | undefined, session: LoadOptions): WorkerHost {
    const url = resolveWorkerUrl(workerUrl);
    const host = running.get(url) ?? new WorkerHost(url, session);
    running.set(url, host);
    return host;
  }

  private constructor(url: string, session: LoadOptions) {
    this.#url = url;
    this.#worker = startWorkerAt(url, () =>
      startPackagedWorker(
        import.meta.url,
        'worker.js',
        () => new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' }),
      ),
    );
    // The worker may not listen yet, and then misses this. `start` prepares the session in any case.
    const { backend, simd, threads, powerPreference } = session;
    this.#worker.postMessage({ backend, simd, threads, powerPreference });
    const change = url ? `Check workerUrl, which is ${url},` : 'Set workerUrl to its URL,';
    const remedy = `${change} and allow it in the page's CSP (worker-src).`;
    this.#ready = watchWorker(this.#worker, { ...DESCRIPTION, remedy }, (error) => {
      this.#stop();
      for (const user of this.#users) user.end(error);
    });
  }

  /** Adds a user, and sends the worker a port to it. */
  join(user: WorkerUser, port: MessagePort): void {
    this.#users.add(user);
    void this.#ready.then(() => this.#worker.postMessage(undefined, [port]));
  }

  /** Removes a user. The last one stops the worker. */
  leave(user: WorkerUser): void {
    this.#users.delete(user);
    if (this.#users.size === 0) this.#stop();
  }

  #stop(): void {
    if (running.get(this.#url) === this) running.delete(this.#url);
    this.#worker.terminate();
  }
}
