/** Maximum frames per second on battery. */
const BATTERY_RATE = 15;
/** Fraction of the interval by which a frame may be early: the frames of a camera are not evenly spaced. */
const SLACK = 0.1;
/** Weight of the newest duration in the smoothed duration. */
const NEWEST_WEIGHT = 1 / 8;
/** Number of durations until the usual duration counts as known. */
const WARM_UP = 8;
/** A machine counts as slowed from this multiple of the usual duration, until it is below the lower multiple again. */
const SLOWED = 2;
const RECOVERED = 1.25;

/** Decides which frames are classified: all of them, or fewer because of a limit, a battery, or a machine that slows down. */
export class FrameRate {
  /** Whether the machine runs on battery. */
  isOnBattery = false;
  readonly #limit: number;
  #due = Number.NEGATIVE_INFINITY;
  #pixels = 0;
  #smoothed = 0;
  #usual = Number.POSITIVE_INFINITY;
  #count = 0;
  #isSlowed = false;

  /** @param limit Maximum frames per second. */
  constructor(limit = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
  }

  /** The time in milliseconds after which any frame is accepted. */
  get due(): number {
    return this.#due;
  }

  /** Returns whether a frame that arrives at this time, in milliseconds, is to be classified. */
  accepts(time: number): boolean {
    const interval = this.#interval();
    if (time < this.#due - SLACK * interval) return false;
    // After a late frame the next one is due as if it had been punctual, which keeps the average rate.
    this.#due = (time - this.#due < interval ? this.#due : time) + interval;
    return true;
  }

  /**
   * Records how long the machine worked on a frame.
   * @param pixels The size of the frame. Durations of different sizes are not compared.
   */
  observe(milliseconds: number, pixels: number): void {
    if (pixels !== this.#pixels) {
      this.#pixels = pixels;
      this.#smoothed = milliseconds;
      this.#usual = Number.POSITIVE_INFINITY;
      this.#count = 0;
      this.#isSlowed = false;
    }
    this.#smoothed += NEWEST_WEIGHT * (milliseconds - this.#smoothed);
    if (++this.#count < WARM_UP) return;
    this.#usual = Math.min(this.#usual, this.#smoothed);
    this.#isSlowed = this.#smoothed > (this.#isSlowed ? RECOVERED : SLOWED) * this.#usual;
  }

  /**
   * Returns the minimum milliseconds between frames. A machine slowed by heat or other work stays free for half of the
   * time.
   */
  #interval(): number {
    const limit = Math.min(this.#limit, this.isOnBattery ? BATTERY_RATE : Number.POSITIVE_INFINITY);
    return Math.max(1000 / limit, this.#isSlowed ? 2 * this.#smoothed : 0);
  }
}
