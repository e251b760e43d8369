import type { KernelCall } from './calls.ts';
import type { Kernels } from './kernels.ts';

/**
 * What threads over one memory agree upon, as i32 words in it. `CALL` counts the calls that were begun. `TICKET` is the
 * call's place in the program and the next of its parts, in one word, so that a thread that comes late never takes a part
 * for that of another call. `DONE` counts the call's finished parts.
 */
export const CALL = 0;
export const TICKET = 1;
export const DONE = 2;
/** Bytes of these words. */
export const CONTROL_BYTES = 12;
export const PART_BITS = 16;

/** A thread that fails adds this to `DONE`: more than all parts. */
const FAILED = 2 ** 30;
/** Parts of a call for each thread: several, since one that has just been woken begins late. */
const PARTS_A_THREAD = 2;
/** Looks at a word before a thread sleeps: the others are mostly about as far. */
const SPINS = 10_000;

/** A program as it is sent to a thread; `undefined` stands for a call that the leader does alone. */
export interface TeamTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly calls: readonly (KernelCall | undefined)[];
  /** Address of the control words. */
  readonly control: number;
  /** Address of this thread's scratch memory. */
  readonly scratch: number;
  readonly threads: number;
}

/** One thread's part in every call: a leader begins calls, and all take parts of them until none is left. */
export class TeamMember {
  protected readonly control: Int32Array;
  protected readonly parts: number;

  constructor(
    private readonly kernels: Kernels,
    private readonly task: TeamTask,
  ) {
    this.control = new Int32Array(task.memory.buffer, task.control, CONTROL_BYTES / 4);
    this.parts = task.threads === 1 ? 1 : task.threads * PARTS_A_THREAD;
  }

  /** Takes part in every call from now on; never returns. */
  follow(): never {
    const { control } = this;
    try {
      for (;;) {
        const call = Atomics.load(control, CALL);
        this.takeParts();
        this.waitWhile(CALL, call);
      }
    } catch (error) {
      Atomics.add(control, DONE, FAILED);
      Atomics.notify(control, DONE);
      throw error;
    }
  }

  protected takeParts(): void {
    const { control, parts } = this;
    const { calls, scratch } = this.task;
    for (;;) {
      const ticket = Atomics.add(control, TICKET, 1);
      const part = ticket & (2 ** PART_BITS - 1);
      const call = calls[ticket >> PART_BITS];
      if (part >= parts || !call) return;
      const [first, end] = partOf(call, part, parts);
      if (first < end) this.kernels[call.kernel](call.parameters, scratch, first, end);
      Atomics.add(control, DONE, 1);
      if (parts > 1) Atomics.notify(control, DONE);
    }
  }

  /** @returns whether the word has changed in time. */
  protected waitWhile(word: number, value: number, milliseconds?: number): boolean {
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(this.control, word) !== value) return true;
    return Atomics.wait(this.control, word, value, milliseconds) !== 'timed-out';
  }
}

function partOf({ units, grain }: KernelCall, part: number, parts: number): [first: number, end: number] {
  const grains = Math.ceil(units / grain);
  const bound = (index: number) => Math.min(units, Math.floor((grains * index) / parts) * grain);
  return [bound(part), bound(part + 1)];
}
