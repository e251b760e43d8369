/** The states of an element that `:state(…)` selects. */
export class States {
  /** Browsers of before 2024 have none, or only such whose names begin with dashes. */
  readonly #states: CustomStateSet | undefined;

  constructor({ states }: ElementInternals) {
    this.#states = acceptsNames(states) ? states : undefined;
  }

  set(name: string, isOn: boolean): void {
    if (isOn) this.#states?.add(name);
    else this.#states?.delete(name);
  }
}

function acceptsNames(states: CustomStateSet | undefined): states is CustomStateSet {
  try {
    states?.add('any');
    return states?.delete('any') ?? false;
  } catch {
    return false;
  }
}
