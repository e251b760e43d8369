import { HwgqError } from '../../errors.ts';
import type { Kernels } from './kernels.ts';
import { CALL, DONE, PART_BITS, TeamMember, type TeamTask, TICKET } from './team-member.ts';

/** A part that no call has. */
const NO_PART = 2 ** (PART_BITS - 1);
/** How long to wait with no part being finished: the others may have died. */
const PATIENCE_MS = 10_000;

/** The thread that begins calls, and takes part in them. */
export class TeamLeader extends TeamMember {
  constructor(kernels: Kernels, task: TeamTask) {
    super(kernels, task);
    Atomics.store(this.control, TICKET, NO_PART);
  }

  /**
   * Has a call done, by its place in the program.
   * @throws HwgqError `worker` where another thread fails: it may still write to the memory, which is of no use any more.
   */
  lead(place: number): void {
    const { control, parts } = this;
    Atomics.store(control, DONE, 0);
    Atomics.store(control, TICKET, place << PART_BITS);
    if (parts > 1) {
      Atomics.add(control, CALL, 1);
      Atomics.notify(control, CALL);
    }
    this.takeParts();
    let done = Atomics.load(control, DONE);
    while (done < parts) {
      if (!this.waitWhile(DONE, done, PATIENCE_MS)) throw threadsFailed('one does not answer');
      done = Atomics.load(control, DONE);
    }
    if (done > parts) throw threadsFailed('one has died');
  }
}

export function threadsFailed(reason: string): HwgqError {
  return new HwgqError(
    'worker',
    `WebAssembly's threads failed: ${reason}. Put team-worker.js beside worker.js, or set threads to 1.`,
  );
}
