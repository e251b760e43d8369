import { HwgqError } from '../../errors.ts';
import type { Kernels } from './kernels.ts';
import { CALL, CHUNK_BITS, DONE, type ThreadTask, TICKET, WasmThread } from './wasm-thread.ts';

/** A chunk index that no call has. */
const NO_CHUNK = 2 ** (CHUNK_BITS - 1);
/** Maximum wait without a finished chunk. After that, the other threads count as dead. */
const TIMEOUT_MS = 10_000;

/** The thread that starts each call and computes chunks of it along with the worker threads. */
export class PrimaryThread extends WasmThread {
  constructor(kernels: Kernels, task: ThreadTask) {
    super(kernels, task);
    Atomics.store(this.control, TICKET, NO_CHUNK);
  }

  /**
   * Runs a call and waits until all of its chunks are finished.
   * @param index the call's index in the program.
   * @throws HwgqError `worker` if another thread fails. It may still write to the memory, so the memory is unusable.
   */
  run(index: number): void {
    const { control, chunks } = this;
    Atomics.store(control, DONE, 0);
    Atomics.store(control, TICKET, index << CHUNK_BITS);
    if (chunks > 1) {
      Atomics.add(control, CALL, 1);
      Atomics.notify(control, CALL);
    }
    this.computeChunks();
    let done = Atomics.load(control, DONE);
    while (done < chunks) {
      if (!this.waitWhile(DONE, done, TIMEOUT_MS)) throw threadsFailed('a thread does not respond');
      done = Atomics.load(control, DONE);
    }
    if (done > chunks) throw threadsFailed('a thread died');
  }
}

/** Returns the error for failed threads. */
export function threadsFailed(reason: string): HwgqError {
  return new HwgqError(
    'worker',
    `WebAssembly threads failed: ${reason}. Put thread-worker.js beside worker.js, or set threads to 1.`,
  );
}
