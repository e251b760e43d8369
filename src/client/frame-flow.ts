import { PIPELINE_DEPTH } from '../engine/pipeline-depth.ts';

/** Milliseconds for which an unread result stays valid if there is a newer frame. */
const UNREAD_PATIENCE = 100;

/** An available frame. It is either submitted or discarded, once. */
export interface OfferedFrame {
  /** Frees the frame. */
  discard(): void;
}

/** Numbers of frames of a stream so far. */
export interface FrameCounts {
  /** Frames whose results were delivered. */
  readonly classified: number;
  /** Frames that a newer one replaced, before or after they were classified. */
  readonly dropped: number;
}

/** The end of a flow, with or without an error. */
export interface FlowEnd {
  readonly error?: unknown;
}

interface Reader<Result> {
  readonly resolve: (result: Result | undefined) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Passes frames from a source to a reader with low latency: up to `PIPELINE_DEPTH` frames are in flight, and one waits;
 * a newer frame replaces it. Nothing is submitted unless the stream is being read.
 */
export class FrameFlow<Frame extends OfferedFrame, Result> {
  readonly #submit: (frame: Frame) => Promise<Result | undefined>;
  readonly #onEnd: (end: FlowEnd) => void;
  readonly #now: () => number;
  #waiting: Frame | undefined;
  #reader: Reader<Result> | undefined;
  #unread: { readonly result: Result; readonly since: number } | undefined;
  #inFlight = 0;
  /** Submitted frames are numbered in order. Results of frames below this number are dropped. */
  #oldestValid = 0;
  #frames = 0;
  #classified = 0;
  #dropped = 0;
  #end: FlowEnd | undefined;

  /**
   * @param submit Returns the result of a frame, or undefined if it has none: the frame then counts as dropped. If it
   *   rejects, the flow ends.
   * @param onEnd Called once, at the end.
   * @param now Returns the time in milliseconds.
   */
  constructor(
    submit: (frame: Frame) => Promise<Result | undefined>,
    onEnd: (end: FlowEnd) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#submit = submit;
    this.#onEnd = onEnd;
    this.#now = now;
  }

  get counts(): FrameCounts {
    return { classified: this.#classified, dropped: this.#dropped };
  }

  /** Offers the newest frame, which replaces a waiting one. */
  offer(frame: Frame): void {
    if (this.#end) frame.discard();
    else {
      this.#discardWaiting();
      this.#waiting = frame;
      this.#advance();
    }
  }

  /** Returns the next result, or undefined at the end. Only one call may be pending. */
  next(): Promise<Result | undefined> {
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      const unread = this.#unread;
      this.#unread = undefined;
      const isStale = unread && this.#waiting && this.#now() - unread.since > UNREAD_PATIENCE;
      if (isStale) this.#dropped++;
      if (unread && !isStale) this.#deliver(unread.result);
      else if (this.#end) this.#finish(this.#end);
      else this.#advance();
    });
  }

  /** Discards everything before this moment, because the source shows something else: earlier frames and their results. */
  invalidate(): void {
    this.#discardWaiting();
    if (this.#unread) this.#dropped++;
    this.#unread = undefined;
    this.#oldestValid = this.#frames;
  }

  /**
   * Ends the flow: at once if there is an error, otherwise after the results in flight. May be called more than once.
   */
  end(end: FlowEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.#discardWaiting();
    if ('error' in end) this.invalidate();
    this.#onEnd(end);
    this.#finish(end);
  }

  #advance(): void {
    while (this.#waiting && this.#reader && this.#inFlight < PIPELINE_DEPTH) {
      const frame = this.#waiting;
      this.#waiting = undefined;
      void this.#run(frame);
    }
  }

  async #run(frame: Frame): Promise<void> {
    const number = this.#frames++;
    this.#inFlight++;
    try {
      this.#receive(number, await this.#submit(frame));
    } catch (error) {
      this.end({ error });
    }
    this.#inFlight--;
    if (this.#end) this.#finish(this.#end);
    else this.#advance();
  }

  #receive(number: number, result: Result | undefined): void {
    if (result === undefined || number < this.#oldestValid) {
      this.#dropped++;
      return;
    }
    this.#oldestValid = number + 1;
    if (this.#reader) this.#deliver(result);
    else {
      if (this.#unread) this.#dropped++;
      this.#unread = { result, since: this.#now() };
    }
  }

  #deliver(result: Result): void {
    this.#classified++;
    this.#reader?.resolve(result);
    this.#reader = undefined;
  }

  #finish(end: FlowEnd): void {
    if ('error' in end) this.#reader?.reject(end.error);
    else if (this.#inFlight === 0) this.#reader?.resolve(undefined);
    else return;
    this.#reader = undefined;
  }

  #discardWaiting(): void {
    if (!this.#waiting) return;
    this.#waiting.discard();
    this.#waiting = undefined;
    this.#dropped++;
  }
}
