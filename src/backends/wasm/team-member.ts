import type { KernelCall } from './calls.ts';
import type { Kernels } from './kernels.ts';

/**
 * What threads over one memory agree upon, as i32 words in it. `CALL` counts the calls that were begun. `TICKET` is the
 * call's place in the program and the next of its parts, in one word, so that a thread that comes late never takes a part
 * for that of another call. `DONE` counts the call's finished parts.
 */
const CALL = 0;
const TICKET = 1;
const DONE = 2;
/** Bytes of these words. */
export const CONTROL_BYTES = 12;
const PART_BITS = 16;
/** A part that no call has. */
const NO_PART = 2 ** (PART_BITS - 1);

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
  readonly index: number;
  readonly threads: number;
}

/** One thread's part in every call: the leader begins calls, and all take parts of them until none is left. */
export class TeamMember {
  private readonly control: Int32Array;
  private readonly parts: number;

  constructor(
    private readonly kernels: Kernels,
    private readonly task: TeamTask,
  ) {
    this.control = new Int32Array(task.memory.buffer, task.control, CONTROL_BYTES / 4);
    this.parts = task.threads === 1 ? 1 : task.threads * PARTS_A_THREAD;
    if (task.index === 0) Atomics.store(this.control, TICKET, NO_PART);
  }

  /** Of the leader: has a call done, by its place in the program. */
  lead(place: number): void {
    const { control, parts } = this;
    Atomics.store(control, DONE, 0);
    Atomics.store(control, TICKET, place << PART_BITS);
    if (parts > 1) {
      Atomics.add(control, CALL, 1);
      Atomics.notify(control, CALL);
    }
    this.takeParts();
    for (let done = Atomics.load(control, DONE); done < parts; done = Atomics.load(control, DONE)) {
      this.waitWhile(DONE, done);
    }
  }

  /** Of the others: takes part in every call from now on; never returns. */
  follow(): never {
    for (;;) {
      const call = Atomics.load(this.control, CALL);
      this.takeParts();
      this.waitWhile(CALL, call);
    }
  }

  private takeParts(): void {
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

  private waitWhile(word: number, value: number): void {
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(this.control, word) !== value) return;
    Atomics.wait(this.control, word, value);
  }
}

function partOf({ units, grain }: KernelCall, part: number, parts: number): [first: number, end: number] {
  const grains = Math.ceil(units / grain);
  const bound = (index: number) => Math.min(units, Math.floor((grains * index) / parts) * grain);
  return [bound(part), bound(part + 1)];
}
