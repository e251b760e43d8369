import { messageOf } from '../../errors.ts';
import { startPackagedWorker } from '../../start-worker.ts';
import { threadsFailed } from './primary-thread.ts';
import type { ThreadTask } from './wasm-thread.ts';

/** Returns the maximum number of threads here. More than one requires shared memory and a thread that may block. */
export function threadLimit(): number {
  const mayShare = typeof crossOriginIsolated !== 'undefined' && crossOriginIsolated;
  const mayBlock = typeof window === 'undefined';
  return mayShare && mayBlock ? navigator.hardwareConcurrency : 1;
}

/** Started workers that do not belong to a pool yet. */
const idle = new Set<Worker>();

/** Starts workers ahead of time, so that the next pool need not wait for them. */
export function prestartThreads(count: number): void {
  while (idle.size < count) idle.add(startThread());
}

/** Terminates workers that were started ahead of time and are not needed. */
export function endIdleThreads(): void {
  for (const worker of idle) worker.terminate();
  idle.clear();
}

function takeThread(): Worker {
  const [worker] = idle;
  if (!worker) return startThread();
  idle.delete(worker);
  return worker;
}

function startThread(): Worker {
  const worker = startPackagedWorker(
    import.meta.url,
    'thread-worker.js',
    () => new Worker(new URL('./thread-worker.ts', import.meta.url), { type: 'module' }),
  );
  // Without preventDefault the error propagates to the page, which would treat it as a failure of this worker.
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    worker.terminate();
    idle.delete(worker);
  });
  return worker;
}

/** The worker threads that compute chunks of a primary thread's calls. */
export class ThreadPool {
  readonly #workers: Worker[] = [];

  private constructor() {}

  /**
   * Starts one worker thread per task, and resolves once all are ready.
   * @throws HwgqError `worker` if a thread cannot be started.
   */
  static async create(tasks: readonly ThreadTask[]): Promise<ThreadPool> {
    const pool = new ThreadPool();
    try {
      await Promise.all(tasks.map((task) => pool.#add(task)));
    } catch (error) {
      pool.dispose();
      throw threadsFailed(messageOf(error));
    }
    return pool;
  }

  /** Terminates the threads. */
  dispose(): void {
    for (const worker of this.#workers) worker.terminate();
  }

  async #add(task: ThreadTask): Promise<void> {
    const worker = takeThread();
    this.#workers.push(worker);
    await new Promise((resolve, reject) => {
      worker.addEventListener('message', resolve, { once: true });
      // The event has no message if the file could not be loaded.
      const fail = ({ message }: ErrorEvent) => reject(new Error(message || 'a thread could not be started'));
      worker.addEventListener('error', fail, { once: true });
      worker.postMessage(task);
    });
  }
}
