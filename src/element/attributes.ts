import type { BackendName } from '../client/index.ts';

/**
 * The time at which the model is loaded: at once, when the element comes near the viewport, or when the element
 * decides.
 */
export type LoadingMode = 'auto' | 'lazy' | 'eager';

const DEFAULT_SCORE_THRESHOLD = 0.5;
const DEFAULT_SMOOTHING = 300;
const DEFAULT_MAX_RESULTS = 3;

/** The properties that reflect attributes, for the type definitions of frameworks. */
export type HwgqClassifierProperties = {
  [Name in Exclude<keyof ClassifierAttributes, keyof HTMLElement>]?: ClassifierAttributes[Name] | null | undefined;
};

/** Servers have no `HTMLElement`; the module can be imported there, but elements cannot be created. */
const ElementBase: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * Base class with the properties that reflect the element's attributes. Frameworks set a property to undefined or null if
 * the application has no value for it; the attribute is then removed.
 */
export class ClassifierAttributes extends ElementBase {
  /** URL of the `.hwgq` model file. */
  get model(): string {
    return this.#read('model') ?? '';
  }
  set model(value: string | null | undefined) {
    this.#write('model', value);
  }

  /** Hash that the model file must have, as in Subresource Integrity: `sha256-` and base64. */
  get integrity(): string {
    return this.#read('integrity') ?? '';
  }
  set integrity(value: string | null | undefined) {
    this.#write('integrity', value);
  }

  /** Backend that runs the model. */
  get backend(): BackendName | 'auto' {
    return (this.#read('backend') || 'auto') as BackendName | 'auto';
  }
  set backend(value: BackendName | 'auto' | null | undefined) {
    this.#write('backend', value);
  }

  /** URL of the library's `worker.js`, if it is not next to the element's file. */
  get workerUrl(): string {
    return this.#read('worker-url') ?? '';
  }
  set workerUrl(value: string | null | undefined) {
    this.#write('worker-url', value);
  }

  /** URL of an image or a video. */
  get src(): string {
    return this.#read('src') ?? '';
  }
  set src(value: string | null | undefined) {
    this.#write('src', value);
  }

  /** Text alternative of the image or video in `src`; set to an empty string, it marks the image as decorative. */
  get alt(): string {
    return this.#read('alt') ?? '';
  }
  set alt(value: string | null | undefined) {
    this.#write('alt', value);
  }

  /** Offers a camera: `user` or `environment`, the direction it faces, or an empty string for any; null offers none. */
  get camera(): string | null {
    return this.#read('camera');
  }
  set camera(value: string | null | undefined) {
    this.#write('camera', value);
  }

  /** Maximum number of scores shown, and of categories in a result; -1 for all. */
  get maxResults(): number {
    return this.#readNumber('max-results', DEFAULT_MAX_RESULTS);
  }
  set maxResults(value: number | null | undefined) {
    this.#write('max-results', value);
  }

  /** Score from 0 to 1 that a category must reach; if no category does, the element is unsure. */
  get scoreThreshold(): number {
    return this.#readNumber('score-threshold', DEFAULT_SCORE_THRESHOLD);
  }
  set scoreThreshold(value: number | null | undefined) {
    this.#write('score-threshold', value);
  }

  /** Time constant in milliseconds for smoothing the scores of successive frames; 0 turns smoothing off. */
  get smoothing(): number {
    return this.#readNumber('smoothing', DEFAULT_SMOOTHING);
  }
  set smoothing(value: number | null | undefined) {
    this.#write('smoothing', value);
  }

  /** Maximum number of frames per second that are classified; 0 sets no limit. */
  get frameRate(): number {
    return this.#readNumber('frame-rate', 0);
  }
  set frameRate(value: number | null | undefined) {
    this.#write('frame-rate', value);
  }

  /** Part of the image that is shown and classified: `square` for the central square, an empty string for all of it. */
  get region(): 'square' | '' {
    return this.#read('region') === 'square' ? 'square' : '';
  }
  set region(value: 'square' | '' | null | undefined) {
    this.#write('region', value);
  }

  /** Whether the image is shown and classified mirrored, left to right. */
  get mirror(): boolean {
    return this.#read('mirror') !== null;
  }
  set mirror(value: boolean | null | undefined) {
    this.toggleAttribute('mirror', Boolean(value));
  }

  /** When the model is loaded. */
  get loading(): LoadingMode {
    const value = this.#read('loading');
    return value === 'lazy' || value === 'eager' ? value : 'auto';
  }
  set loading(value: LoadingMode | null | undefined) {
    this.#write('loading', value);
  }

  /** URL of an image that is shown while there is no other. */
  get poster(): string {
    return this.#read('poster') ?? '';
  }
  set poster(value: string | null | undefined) {
    this.#write('poster', value);
  }

  /** Whether the element shows its buttons. */
  get controls(): boolean {
    return this.#read('controls') !== null;
  }
  set controls(value: boolean | null | undefined) {
    this.toggleAttribute('controls', Boolean(value));
  }

  /** Applies properties that were set before the element was defined: those hide the accessors of this class. */
  protected upgradeProperties(): void {
    const own = this as unknown as Record<string, unknown>;
    for (const [name, { set }] of Object.entries(Object.getOwnPropertyDescriptors(ClassifierAttributes.prototype))) {
      if (!set || !Object.hasOwn(this, name)) continue;
      const value = own[name];
      delete own[name];
      own[name] = value;
    }
  }

  #read(name: string): string | null {
    return this.getAttribute(name) ?? this.getAttribute(withoutHyphens(name));
  }

  #readNumber(name: string, fallback: number): number {
    const text = this.#read(name);
    const value = Number(text);
    return text === null || text.trim() === '' || Number.isNaN(value) ? fallback : value;
  }

  #write(name: string, value: string | number | null | undefined): void {
    const isUnset = value === null || value === undefined;
    // The other spelling must not outlive the value that is replaced.
    if (name.includes('-')) this.removeAttribute(withoutHyphens(name));
    if (isUnset) this.removeAttribute(name);
    else this.setAttribute(name, String(value));
  }
}

/**
 * The name of an attribute as React writes it on a server, which makes `maxResults="2"` of a property; HTML ignores the
 * case.
 */
export function withoutHyphens(name: string): string {
  return name.replaceAll('-', '');
}
