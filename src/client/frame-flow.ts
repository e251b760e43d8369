import { PIPELINE_DEPTH } from '../engine/pipeline-depth.ts';

/** Milliseconds for which a result that nobody has asked for is good, where there is a newer frame. */
const UNREAD_PATIENCE = 100;

/** A frame that there is. It is either submitted or refused, once. */
export interface OfferedFrame {
  /** Frees what the frame holds. */
  refuse(): void;
}

/** What became of a stream's frames so far. */
export interface FrameCounts {
  /** Frames whose results were given. */
  readonly classified: number;
  /** Frames that a newer one replaced, before or after they were looked at. */
  readonly dropped: number;
}

/** How a flow has ended: with or without an error. */
export interface FlowEnd {
  readonly error?: unknown;
}

interface Reader<Result> {
  readonly resolve: (result: Result | undefined) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Leads frames from a source to a reader with as little delay as there can be: at most two are submitted, at most one
 * waits, and a newer one replaces it. Nothing is submitted while nobody reads.
 */
export class FrameFlow<Frame extends OfferedFrame, Result> {
  #waiting: Frame | undefined;
  #reader: Reader<Result> | undefined;
  #unread: { readonly result: Result; readonly since: number } | undefined;
  #submitted = 0;
  /** Frames are numbered in their order; results of frames before this one are of no use any more. */
  #oldestWelcome = 0;
  #frames = 0;
  #classified = 0;
  #dropped = 0;
  #end: FlowEnd | undefined;

  /**
   * @param submit gives a frame's result, or undefined where there is none: the frame counts as dropped. Where it
   *   fails, the flow ends.
   * @param onEnd is called at the end, once.
   * @param now in milliseconds.
   */
  constructor(
    private readonly submit: (frame: Frame) => Promise<Result | undefined>,
    private readonly onEnd: (end: FlowEnd) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get counts(): FrameCounts {
    return { classified: this.#classified, dropped: this.#dropped };
  }

  /** Takes the newest frame. */
  offer(frame: Frame): void {
    if (this.#end) frame.refuse();
    else {
      this.#refuseWaiting();
      this.#waiting = frame;
      this.#advance();
    }
  }

  /** The next result, or undefined at the end. Only one call may be pending. */
  next(): Promise<Result | undefined> {
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      const unread = this.#unread;
      this.#unread = undefined;
      const isStale = unread && this.#waiting && this.now() - unread.since > UNREAD_PATIENCE;
      if (isStale) this.#dropped++;
      if (unread && !isStale) this.#give(unread.result);
      else if (this.#end) this.#finish(this.#end);
      else this.#advance();
    });
  }

  /** What the source shows from now on is something else: no earlier frame's result is given any more. */
  cut(): void {
    this.#refuseWaiting();
    if (this.#unread) this.#dropped++;
    this.#unread = undefined;
    this.#oldestWelcome = this.#frames;
  }

  /** Ends the flow: with an error at once, without one after the results under way. May be called twice. */
  end(end: FlowEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.#refuseWaiting();
    if ('error' in end) this.cut();
    this.onEnd(end);
    this.#finish(end);
  }

  #advance(): void {
    while (this.#waiting && this.#reader && this.#submitted < PIPELINE_DEPTH) {
      const frame = this.#waiting;
      this.#waiting = undefined;
      void this.#run(frame);
    }
  }

  async #run(frame: Frame): Promise<void> {
    const number = this.#frames++;
    this.#submitted++;
    try {
      this.#receive(number, await this.submit(frame));
    } catch (error) {
      this.end({ error });
    }
    this.#submitted--;
    if (this.#end) this.#finish(this.#end);
    else this.#advance();
  }

  #receive(number: number, result: Result | undefined): void {
    if (result === undefined || number < this.#oldestWelcome) {
      this.#dropped++;
      return;
    }
    this.#oldestWelcome = number + 1;
    if (this.#reader) this.#give(result);
    else {
      if (this.#unread) this.#dropped++;
      this.#unread = { result, since: this.now() };
    }
  }

  #give(result: Result): void {
    this.#classified++;
    this.#reader?.resolve(result);
    this.#reader = undefined;
  }

  #finish(end: FlowEnd): void {
    if ('error' in end) this.#reader?.reject(end.error);
    else if (this.#submitted === 0) this.#reader?.resolve(undefined);
    else return;
    this.#reader = undefined;
  }

  #refuseWaiting(): void {
    if (!this.#waiting) return;
    this.#waiting.refuse();
    this.#waiting = undefined;
    this.#dropped++;
  }
}
