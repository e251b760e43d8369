/** Milliseconds that a text must stand before it is spoken: while a pen moves, labels change many times a second. */
const SETTLED_AFTER = 900;

/** Speaks through a polite live region, once a text has settled, and never the same text twice running. */
export class Announcer {
  readonly #region: HTMLElement;
  #timer = 0;
  #text = '';

  constructor(region: HTMLElement) {
    this.#region = region;
  }

  /** Speaks the text unless another one comes first. */
  settle(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      // Writing the same text again speaks it again.
      if (this.#region.textContent !== text) this.#speak(text);
    }, SETTLED_AFTER);
  }

  /** Speaks at once: an answer to something that the visitor did. What has settled or settles is spoken after it. */
  say(text: string): void {
    clearTimeout(this.#timer);
    this.#speak(text);
    if (this.#text) this.#timer = window.setTimeout(() => this.#speak(this.#text), SETTLED_AFTER);
  }

  #speak(text: string): void {
    this.#region.textContent = text;
  }
}
