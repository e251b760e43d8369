import type { LoadingMode } from './attributes.ts';

/** Distance from the viewport at which an element counts as near. */
const NEAR = '200px';

/** Decides when an element starts to load: once, until it is reset. */
export class LoadTrigger {
  readonly #element: Element;
  readonly #onFire: () => void;
  #observer: IntersectionObserver | undefined;
  #hasFired = false;

  constructor(element: Element, onFire: () => void) {
    this.#element = element;
    this.#onFire = onFire;
  }

  get hasFired(): boolean {
    return this.#hasFired;
  }

  /** Fires now if loading is `eager`, or when the element is near if it is `lazy` or has something to classify. */
  arm(loading: LoadingMode, hasSource: boolean): void {
    this.#stopObserving();
    if (this.#hasFired) return;
    if (loading === 'eager') this.#fire();
    else if (loading === 'lazy' || hasSource) this.#observe();
  }

  /** Marks the trigger as fired, because loading has started in another way. */
  skip(): void {
    this.#stopObserving();
    this.#hasFired = true;
  }

  reset(): void {
    this.#stopObserving();
    this.#hasFired = false;
  }

  #fire(): void {
    this.skip();
    this.#onFire();
  }

  #observe(): void {
    this.#observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) this.#fire();
      },
      { rootMargin: NEAR },
    );
    this.#observer.observe(this.#element);
  }

  #stopObserving(): void {
    this.#observer?.disconnect();
    this.#observer = undefined;
  }
}
