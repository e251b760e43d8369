/** Milliseconds that a text must stay unchanged before it is announced: labels of a video can change many times a second. */
const SETTLE_TIME = 1000;

/** Announces texts to screen readers through a live region, and never the same text twice in a row. */
export class Announcer {
  readonly #region: HTMLElement;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #text = '';

  /** @param region An element with `role="status"` or `aria-live`. */
  constructor(region: HTMLElement) {
    this.#region = region;
  }

  /** Announces a text once it has stayed the latest for a while. */
  settle(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    this.#announceLater();
  }

  /** Announces a text at once, as the answer to something the user did. The settled text is announced after it. */
  say(text: string): void {
    clearTimeout(this.#timer);
    this.#region.textContent = text;
    if (this.#text) this.#announceLater();
  }

  /** Forgets the settled text, so that the next one is announced even if it is the same. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#text = '';
    this.#region.textContent = '';
  }

  #announceLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // Writing a text again makes screen readers repeat it.
      if (this.#region.textContent !== this.#text) this.#region.textContent = this.#text;
    }, SETTLE_TIME);
  }
}
