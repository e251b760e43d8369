import { PIPELINE_DEPTH } from '../engine/pipeline-depth.ts';

/** A run that waits for its turn. */
interface Task {
  readonly start: () => Promise<void>;
  readonly reject: (reason: unknown) => void;
}

/** The queued tasks of one classifier, in order. */
export class TaskQueue {
  readonly #scheduler: Scheduler;
  readonly #tasks: Task[] = [];

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /**
   * Runs work when it is this classifier's turn.
   * @param signal Cancels work that has not started, which then rejects with the signal's reason.
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const start = async () => {
        signal?.removeEventListener('abort', cancel);
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        }
      };
      const task = { start, reject };
      const cancel = () => {
        const index = this.#tasks.indexOf(task);
        if (index >= 0) this.#tasks.splice(index, 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      this.#tasks.push(task);
      this.#scheduler.advance();
    });
  }

  /** Removes and returns the oldest task. */
  shift(): Task | undefined {
    return this.#tasks.shift();
  }

  /** Removes the queue from the scheduler. Tasks that wait are rejected with a reason; runs in flight continue. */
  close(reason: unknown): void {
    this.#scheduler.remove(this);
    for (const { reject } of this.#tasks.splice(0)) reject(reason);
  }

  /** See `Scheduler.busyMilliseconds`. */
  busyMilliseconds(milliseconds: number): number {
    return this.#scheduler.busyMilliseconds(milliseconds);
  }
}

/**
 * Shares the backend among classifiers. `PIPELINE_DEPTH` runs are in flight at once, and the classifier whose last turn is
 * longest ago is next. So a long batch or a fast camera of one classifier delays the others by one run at most.
 */
export class Scheduler {
  /** The queues; the one that had the latest turn is last. */
  readonly #queues: TaskQueue[] = [];
  readonly #pause: () => Promise<void>;
  #running = 0;
  #lastEnd = Number.NEGATIVE_INFINITY;

  /** @param pause lets the worker receive messages before the next run is chosen. */
  constructor(pause: () => Promise<void> = nextTask) {
    this.#pause = pause;
  }

  /** Adds the queue of a classifier. */
  addQueue(): TaskQueue {
    const queue = new TaskQueue(this);
    this.#queues.push(queue);
    return queue;
  }

  remove(queue: TaskQueue): void {
    const index = this.#queues.indexOf(queue);
    if (index >= 0) this.#queues.splice(index, 1);
  }

  /** Starts tasks while fewer runs than the pipeline's depth are in flight. */
  advance(): void {
    while (this.#running < PIPELINE_DEPTH) {
      const next = this.#nextTask();
      if (!next) return;
      void this.#run(next);
    }
  }

  /**
   * Returns how long the backend worked on a run that ends now: the part of its time in which the run before it had
   * ended.
   */
  busyMilliseconds(milliseconds: number): number {
    const end = performance.now();
    const busy = Math.min(milliseconds, end - this.#lastEnd);
    this.#lastEnd = end;
    return busy;
  }

  #nextTask(): Task | undefined {
    for (const queue of this.#queues) {
      const task = queue.shift();
      if (!task) continue;
      this.remove(queue);
      this.#queues.push(queue);
      return task;
    }
    return undefined;
  }

  async #run({ start }: Task): Promise<void> {
    this.#running++;
    await start();
    await this.#pause();
    this.#running--;
    this.advance();
  }
}

/** Resolves after the messages that have arrived by now have been delivered. */
function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
