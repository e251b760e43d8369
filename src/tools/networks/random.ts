/** A seeded random number generator. The same seed gives the same numbers on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Returns an integer from 0 to 2^32 − 1: a counter with golden-ratio steps whose bits are mixed by multiplication. */
  word(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  /** Returns a number from `minimum` to, but not including, `maximum`, uniformly distributed. */
  between(minimum: number, maximum: number): number {
    return minimum + (maximum - minimum) * (this.word() / 2 ** 32);
  }

  /** Returns a normally distributed number with mean 0 (Box–Muller). */
  normal(deviation: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.between(0, 1)));
    return deviation * radius * Math.cos(this.between(0, 2 * Math.PI));
  }
}
