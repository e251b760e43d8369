interface Entrant {
  readonly isAlone: boolean;
  /** Starts the work. Never rejects. */
  readonly start: () => Promise<void>;
}

/** Lets runs overlap, except with work that has to run alone. Everything starts in the order of the calls. */
export class RunGate {
  readonly #waiting: Entrant[] = [];
  #running = 0;
  #isAlone = false;

  /** Runs work that may overlap with other such work. */
  together<T>(work: () => Promise<T>): Promise<T> {
    return this.#enter(false, work);
  }

  /** Runs work after everything before it has ended, and holds back everything behind it. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#enter(true, work);
  }

  #enter<T>(isAlone: boolean, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const start = async () => {
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        }
      };
      this.#waiting.push({ isAlone, start });
      this.#advance();
    });
  }

  #advance(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (!next || this.#isAlone || (next.isAlone && this.#running > 0)) return;
      this.#waiting.shift();
      this.#running++;
      this.#isAlone = next.isAlone;
      void next.start().then(() => {
        this.#running--;
        this.#isAlone = false;
        this.#advance();
      });
    }
  }
}
