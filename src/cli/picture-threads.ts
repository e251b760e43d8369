import { Worker } from 'node:worker_threads';
import type { ClassifierInfo } from '../engine/picture-classifier.ts';
import { HwgqError, messageOf } from '../errors.ts';
import type { StoredPicture } from '../tools/data/data-set.ts';
import { fromPlainError, type ThreadAnswer, type ThreadReady, type ThreadSetup } from './thread-protocol.ts';

/** The number of pictures that a thread holds: the one that it handles, and the next, so that it never waits. */
export const PICTURES_PER_THREAD = 2;

/** Settles the promise of a picture. */
interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** Worker threads that classify or decode pictures. */
export class PictureThreads {
  readonly #threads: readonly PictureThread[];
  /** The loaded model. Undefined if the threads only decode. */
  readonly info: ClassifierInfo | undefined;

  private constructor(threads: readonly PictureThread[], info: ClassifierInfo | undefined) {
    this.#threads = threads;
    this.info = info;
  }

  /**
   * Starts threads, and resolves when all are ready.
   * @throws HwgqError the errors of loading the model; `worker` if a thread cannot be started.
   */
  static async start(setup: ThreadSetup, count: number): Promise<PictureThreads> {
    const threads = Array.from({ length: count }, () => new PictureThread(setup));
    try {
      const [info] = await Promise.all(threads.map(({ ready }) => ready));
      return new PictureThreads(threads, info);
    } catch (error) {
      await Promise.all(threads.map((thread) => thread.terminate()));
      throw error;
    }
  }

  get count(): number {
    return this.#threads.length;
  }

  /**
   * Passes a picture to the thread that has the fewest. Its bytes are copied.
   * @returns a `Classification`, or a `Picture` if the threads only decode.
   * @throws HwgqError `invalid-image`, and the errors of `Session.run`; `worker` if the thread has failed.
   */
  run(picture: StoredPicture): Promise<unknown> {
    const [thread] = this.#threads.toSorted((a, b) => a.load - b.load);
    return (thread as PictureThread).run(picture);
  }

  /** Ends the threads. Pending pictures are rejected. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}

/** One worker thread. */
class PictureThread {
  /** Resolves with the model when the thread is ready for pictures. */
  readonly ready: Promise<ClassifierInfo | undefined>;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #failure: HwgqError | undefined;
  #nextId = 0;

  constructor(setup: ThreadSetup) {
    this.#worker = new Worker(new URL('./picture-thread.js', import.meta.url), { workerData: setup });
    this.ready = new Promise((resolve, reject) => {
      this.#worker.once('message', (message: ThreadReady) => {
        if ('error' in message) reject(fromPlainError(message.error));
        else resolve(message.info);
        this.#worker.on('message', (answer: ThreadAnswer) => this.#settle(answer));
      });
      this.#worker.on('error', (error) => this.#fail(messageOf(error), reject));
      this.#worker.on('exit', (code) => this.#fail(`it ended with code ${code}`, reject));
    });
    // `start` waits for all threads, and only reports the first failure.
    this.ready.catch(() => {});
  }

  /** The number of pictures that the thread holds. */
  get load(): number {
    return this.#pending.size;
  }

  run(picture: StoredPicture): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      const id = this.#nextId++;
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, picture });
    });
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(answer: ThreadAnswer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ('error' in answer) pending?.reject(fromPlainError(answer.error));
    else pending?.resolve(answer.result);
  }

  #fail(reason: string, rejectReady: (reason: unknown) => void): void {
    this.#failure ??= new HwgqError(
      'worker',
      `A thread failed: ${reason.replace(/\.$/, '')}. Pass --threads 1 if the machine has little memory.`,
    );
    rejectReady(this.#failure);
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
  }
}
