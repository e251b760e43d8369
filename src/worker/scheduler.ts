import { PIPELINE_DEPTH } from '../engine/pipeline-depth.ts';

/** Work of one classifier that waits for its turn. */
interface Waiting {
  readonly start: () => Promise<void>;
  readonly refuse: (reason: unknown) => void;
}

/** Where one classifier's work waits, in order. */
export class Seat {
  readonly waiting: Waiting[] = [];

  constructor(private readonly scheduler: Scheduler) {}

  /**
   * Does work when it is this classifier's turn.
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
      const waiting = { start, refuse: reject };
      const cancel = () => {
        const place = this.waiting.indexOf(waiting);
        if (place >= 0) this.waiting.splice(place, 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      this.waiting.push(waiting);
      this.scheduler.advance();
    });
  }

  /** As the scheduler's. */
  workOf(milliseconds: number): number {
    return this.scheduler.workOf(milliseconds);
  }

  /** Gives the seat up: what waits is rejected with a reason, what runs goes on. */
  leave(reason: unknown): void {
    this.scheduler.remove(this);
    for (const { refuse } of this.waiting.splice(0)) refuse(reason);
  }
}

/**
 * Divides a machine among classifiers: two runs at once in all, and who has waited longest since its last turn goes
 * next, so that a long batch or a fast camera of one holds up no other for more than a run.
 */
export class Scheduler {
  /** Who had a turn most recently is last. */
  private readonly seats: Seat[] = [];
  private running = 0;
  private lastEnd = Number.NEGATIVE_INFINITY;

  /** @param pause lets what has come meanwhile be heard, before the next run is chosen. */
  constructor(private readonly pause: () => Promise<void> = nextTask) {}

  join(): Seat {
    const seat = new Seat(this);
    this.seats.push(seat);
    return seat;
  }

  remove(seat: Seat): void {
    const place = this.seats.indexOf(seat);
    if (place >= 0) this.seats.splice(place, 1);
  }

  /** Begins what may begin. */
  advance(): void {
    while (this.running < PIPELINE_DEPTH) {
      const seat = this.seats.find(({ waiting }) => waiting.length > 0);
      const next = seat?.waiting.shift();
      if (!seat || !next) return;
      this.remove(seat);
      this.seats.push(seat);
      void this.run(next);
    }
  }

  /** Of the milliseconds of a run that ends now, those in which the machine did not work on the run that ended before. */
  workOf(milliseconds: number): number {
    const end = performance.now();
    const work = Math.min(milliseconds, end - this.lastEnd);
    this.lastEnd = end;
    return work;
  }

  private async run({ start }: Waiting): Promise<void> {
    this.running++;
    await start();
    await this.pause();
    this.running--;
    this.advance();
  }
}

/** Ends once messages that have come by now have been delivered. */
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
