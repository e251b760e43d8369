/** The element's custom states, which pages select with `:state(…)`. */
export class CustomStates {
  /** Undefined in browsers without custom states, and in those that accept only names with leading dashes (before 2024). */
  readonly #states: CustomStateSet | undefined;

  constructor({ states }: ElementInternals) {
    this.#states = acceptsPlainNames(states) ? states : undefined;
  }

  set(name: string, isOn: boolean): void {
    if (isOn) this.#states?.add(name);
    else this.#states?.delete(name);
  }
}

function acceptsPlainNames(states: CustomStateSet | undefined): states is CustomStateSet {
  try {
    states?.add('any');
    return states?.delete('any') ?? false;
  } catch {
    return false;
  }
}
