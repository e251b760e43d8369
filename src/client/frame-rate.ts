/** Frames a second while the machine lives on its battery. */
const BATTERY_RATE = 15;
/** A frame may come this part of the interval too early: cameras are not punctual. */
const SLACK = 0.1;
/** Weight of the newest time in the smoothed one. */
const NEWEST_WEIGHT = 1 / 8;
/** Times that come before the usual time is known. */
const WARM_UP = 8;
/** A machine is slowed when frames take so many times what they usually take, until they take less than the other. */
const SLOWED = 2;
const RECOVERED = 1.25;

/** Decides which frames are looked at: as many as there are, or fewer where a limit or the machine's state asks for it. */
export class FrameRate {
  /** Whether the machine lives on its battery. */
  isOnBattery = false;
  #due = Number.NEGATIVE_INFINITY;
  #pixels = 0;
  #smoothed = 0;
  #usual = Number.POSITIVE_INFINITY;
  #times = 0;
  #isSlowed = false;

  /** @param limit frames a second. */
  constructor(private readonly limit = Number.POSITIVE_INFINITY) {}

  /** When a frame is certainly looked at again, in milliseconds. */
  get due(): number {
    return this.#due;
  }

  /** Whether a frame that comes at this time, in milliseconds, is looked at. */
  accepts(time: number): boolean {
    const interval = this.#interval();
    if (time < this.#due - SLACK * interval) return false;
    // A little lateness is made up for, so that the rate is kept on the average.
    this.#due = (time - this.#due < interval ? this.#due : time) + interval;
    return true;
  }

  /** Takes how long the machine has worked on a frame, and how many pixels it had: those of another size take another time. */
  observe(milliseconds: number, pixels: number): void {
    if (pixels !== this.#pixels) {
      this.#pixels = pixels;
      this.#smoothed = milliseconds;
      this.#usual = Number.POSITIVE_INFINITY;
      this.#times = 0;
      this.#isSlowed = false;
    }
    this.#smoothed += NEWEST_WEIGHT * (milliseconds - this.#smoothed);
    if (++this.#times < WARM_UP) return;
    this.#usual = Math.min(this.#usual, this.#smoothed);
    this.#isSlowed = this.#smoothed > (this.#isSlowed ? RECOVERED : SLOWED) * this.#usual;
  }

  /** Milliseconds from one frame to the next at least. A machine slowed by heat or other work is left half of its time. */
  #interval(): number {
    const limit = Math.min(this.limit, this.isOnBattery ? BATTERY_RATE : Number.POSITIVE_INFINITY);
    return Math.max(1000 / limit, this.#isSlowed ? 2 * this.#smoothed : 0);
  }
}
