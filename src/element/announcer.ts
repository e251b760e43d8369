/** Milliseconds that a text must stand before it is spoken: labels of a film may change many times a second. */
const SETTLED_AFTER = 1000;

/** Speaks through a live region, once a text has settled, and never the same text twice running. */
export class Announcer {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #text = '';

  constructor(private readonly region: HTMLElement) {}

  settle(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // Writing the same text again speaks it again.
      if (this.region.textContent !== text) this.region.textContent = text;
    }, SETTLED_AFTER);
  }

  /** What was said is over: of something else the same text is said anew. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#text = '';
    this.region.textContent = '';
  }
}
