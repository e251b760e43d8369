import type { KernelCall } from './calls.ts';
import type { Kernels } from './kernels.ts';

/** What threads over one memory agree upon, as i32 words in it: addresses in words. */
const RUN = 0;
const ARRIVED = 1;
const GENERATION = 2;
/** Bytes of these words. */
export const CONTROL_BYTES = 12;

/** Looks at a word before a thread sleeps: the others are mostly about as far. */
const SPINS = 2000;

/** A program as it is sent to a thread; `undefined` stands for a step that the leader does alone. */
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

/** One thread's part in every call. */
export class TeamMember {
  private readonly control: Int32Array;

  constructor(
    private readonly kernels: Kernels,
    private readonly task: TeamTask,
  ) {
    this.control = new Int32Array(task.memory.buffer, task.control, CONTROL_BYTES / 4);
  }

  /** Does this thread's share of a call, then waits for the others. `alone` is what the leader does for them all. */
  take(call: KernelCall | undefined, alone?: () => void): void {
    const { index, threads, scratch } = this.task;
    if (call) {
      const [first, end] = shareOf(call, index, threads);
      if (first < end) this.kernels[call.kernel](call.parameters, scratch, first, end);
    } else alone?.();
    if (threads > 1) this.meet();
  }

  /** Lets the others begin a run. */
  start(): void {
    Atomics.add(this.control, RUN, 1);
    Atomics.notify(this.control, RUN);
  }

  /** Takes part in every run from now on; never returns. */
  follow(): never {
    for (let run = 0; ; run++) {
      this.waitWhile(RUN, run);
      for (const call of this.task.calls) this.take(call);
    }
  }

  private meet(): void {
    const { control } = this;
    const generation = Atomics.load(control, GENERATION);
    if (Atomics.add(control, ARRIVED, 1) < this.task.threads - 1) {
      this.waitWhile(GENERATION, generation);
      return;
    }
    Atomics.store(control, ARRIVED, 0);
    Atomics.add(control, GENERATION, 1);
    Atomics.notify(control, GENERATION);
  }

  private waitWhile(word: number, value: number): void {
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(this.control, word) !== value) return;
    while (Atomics.load(this.control, word) === value) Atomics.wait(this.control, word, value);
  }
}

function shareOf({ units, grain }: KernelCall, index: number, threads: number): [first: number, end: number] {
  const grains = Math.ceil(units / grain);
  const bound = (part: number) => Math.min(units, Math.floor((grains * part) / threads) * grain);
  return [bound(index), bound(index + 1)];
}
