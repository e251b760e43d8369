import { withoutHyphens } from './attributes.ts';

const MODEL_ATTRIBUTES = ['model', 'integrity', 'backend', 'worker-url'];
const SOURCE_ATTRIBUTES = ['src'];
const OPTION_ATTRIBUTES = ['max-results', 'score-threshold', 'smoothing', 'frame-rate', 'region', 'mirror'];
const PRESENTATION_ATTRIBUTES = ['camera', 'controls', 'poster', 'alt', 'lang', 'loading'];
const ATTRIBUTES = [...MODEL_ATTRIBUTES, ...SOURCE_ATTRIBUTES, ...OPTION_ATTRIBUTES, ...PRESENTATION_ATTRIBUTES];

/** The element's attributes, by every accepted spelling. */
export const SPELLINGS: ReadonlyMap<string, string> = new Map(
  ATTRIBUTES.flatMap((name) => [
    [name, name],
    [withoutHyphens(name), name],
  ]),
);

/** The effects of the attributes that changed in one task. */
export interface ChangedAttributes {
  /** Whether another model has to be loaded. */
  readonly model: boolean;
  /** Whether another image or video has to be opened. */
  readonly source: boolean;
  /** The image or video has to be classified again. */
  readonly options: boolean;
  /** The view has to be updated. */
  readonly presentation: boolean;
  readonly camera: boolean;
}

/** Collects the attributes that change in one task, so that they are applied together. */
export class AttributeChanges {
  readonly #onChange: (changed: ChangedAttributes) => void;
  readonly #names = new Set<string>();

  constructor(onChange: (changed: ChangedAttributes) => void) {
    this.#onChange = onChange;
  }

  add(name: string): void {
    if (this.#names.size === 0) queueMicrotask(() => this.#apply());
    this.#names.add(SPELLINGS.get(name) ?? name);
  }

  #apply(): void {
    const has = (names: readonly string[]) => names.some((name) => this.#names.has(name));
    const options = has(OPTION_ATTRIBUTES);
    const changed = {
      model: has(MODEL_ATTRIBUTES),
      source: has(SOURCE_ATTRIBUTES),
      options,
      presentation: options || has(PRESENTATION_ATTRIBUTES),
      camera: has(['camera']),
    };
    this.#names.clear();
    this.#onChange(changed);
  }
}
