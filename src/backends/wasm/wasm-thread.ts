import type { Kernels } from './kernels.ts';
import type { KernelCall } from './program.ts';

// Threads synchronize on three i32 words in the memory.
/** Word that counts the calls started. */
export const CALL = 0;
/**
 * Word that hands out chunks: the call's index in the program and the index of its next chunk. Both share one word, so
 * that a thread that arrives late cannot take a chunk of another call.
 */
export const TICKET = 1;
/** Word that counts the call's finished chunks. */
export const DONE = 2;
/** Bytes of the three words. */
export const CONTROL_BYTES = 12;
export const CHUNK_BITS = 16;

/** Added to `DONE` by a thread that fails: more than any number of chunks. */
const FAILED = 2 ** 30;
/** More than one chunk per thread, because a thread that was asleep starts late. */
const CHUNKS_PER_THREAD = 2;
/** Polls of a word before a thread sleeps: other threads usually finish at about the same time. */
const SPINS = 10_000;

/** A program as one thread receives it. A call that the primary thread computes alone is undefined. */
export interface ThreadTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly calls: readonly (KernelCall | undefined)[];
  /** Address of the synchronization words. */
  readonly control: number;
  /** Address of this thread's scratch memory. */
  readonly scratch: number;
  /** Number of threads. */
  readonly threads: number;
}

/** A thread that computes chunks of each call. The primary thread starts the calls. */
export class WasmThread {
  protected readonly control: Int32Array;
  protected readonly chunks: number;
  readonly #kernels: Kernels;
  readonly #task: ThreadTask;

  constructor(kernels: Kernels, task: ThreadTask) {
    this.#kernels = kernels;
    this.#task = task;
    this.control = new Int32Array(task.memory.buffer, task.control, CONTROL_BYTES / 4);
    this.chunks = task.threads === 1 ? 1 : task.threads * CHUNKS_PER_THREAD;
  }

  /** Computes chunks of every call from now on, and never returns. */
  serve(): never {
    const { control } = this;
    try {
      for (;;) {
        const call = Atomics.load(control, CALL);
        this.computeChunks();
        this.waitWhile(CALL, call);
      }
    } catch (error) {
      Atomics.add(control, DONE, FAILED);
      Atomics.notify(control, DONE);
      throw error;
    }
  }

  /** Computes chunks of the current call until none is left. */
  protected computeChunks(): void {
    const { control, chunks } = this;
    const { calls, scratch } = this.#task;
    for (;;) {
      const ticket = Atomics.add(control, TICKET, 1);
      const chunk = ticket & (2 ** CHUNK_BITS - 1);
      const call = calls[ticket >> CHUNK_BITS];
      if (chunk >= chunks || !call) return;
      const [first, end] = chunkRange(call, chunk, chunks);
      if (first < end) this.#kernels[call.kernel](call.parameters, scratch, first, end);
      Atomics.add(control, DONE, 1);
      if (chunks > 1) Atomics.notify(control, DONE);
    }
  }

  /**
   * Waits while a word has this value.
   * @returns false if the word still has it after `milliseconds`.
   */
  protected waitWhile(word: number, value: number, milliseconds?: number): boolean {
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(this.control, word) !== value) return true;
    return Atomics.wait(this.control, word, value, milliseconds) !== 'timed-out';
  }
}

/** Returns the work items of a chunk. Chunks differ by at most one grain. */
function chunkRange({ units, grainSize }: KernelCall, chunk: number, chunks: number): [first: number, end: number] {
  const grains = Math.ceil(units / grainSize);
  const bound = (index: number) => Math.min(units, Math.floor((grains * index) / chunks) * grainSize);
  return [bound(chunk), bound(chunk + 1)];
}
