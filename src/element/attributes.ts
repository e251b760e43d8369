import type { BackendName } from '../client/index.ts';

/** When the model is loaded: at once, once the element is near the window's part of the page, or when it is needed. */
export type LoadingTime = 'auto' | 'lazy' | 'eager';

const SURE_FROM = 0.5;
const SMOOTHING_MS = 300;
const RESULTS = 3;

/** The properties that mirror attributes, as frameworks set them. */
export type HwgqClassifierProperties = Partial<Omit<ClassifierAttributes, keyof HTMLElement>>;

/** A server has no elements: there the module can be imported, and no more. */
const ElementBase: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/** An element whose properties mirror its attributes. */
export class ClassifierAttributes extends ElementBase {
  /** Address of a `.hwgq` file. */
  get model(): string {
    return this.getAttribute('model') ?? '';
  }
  set model(value: string) {
    this.setAttribute('model', value);
  }

  /** A hash that the model's file must have: `sha256-` and base64. */
  get integrity(): string {
    return this.getAttribute('integrity') ?? '';
  }
  set integrity(value: string) {
    this.setAttribute('integrity', value);
  }

  /** What computes. */
  get backend(): BackendName | 'auto' {
    return (this.getAttribute('backend') || 'auto') as BackendName | 'auto';
  }
  set backend(value: BackendName | 'auto') {
    this.setAttribute('backend', value);
  }

  /** Where the worker's file is, if not beside this one. */
  get workerUrl(): string {
    return this.getAttribute('worker-url') ?? '';
  }
  set workerUrl(value: string) {
    this.setAttribute('worker-url', value);
  }

  /** Address of a picture or a film. */
  get src(): string {
    return this.getAttribute('src') ?? '';
  }
  set src(value: string) {
    this.setAttribute('src', value);
  }

  /** What the picture of `src` shows, for those who do not see it; empty where it is but decoration. */
  get alt(): string {
    return this.getAttribute('alt') ?? '';
  }
  set alt(value: string) {
    this.setAttribute('alt', value);
  }

  /** Which way the camera faces: `user`, `environment`, or either where empty; null where none is offered. */
  get camera(): string | null {
    return this.getAttribute('camera');
  }
  set camera(value: string | null) {
    if (value === null) this.removeAttribute('camera');
    else this.setAttribute('camera', value);
  }

  /** How many scores are shown. */
  get maxResults(): number {
    return this.#number('max-results', RESULTS);
  }
  set maxResults(value: number) {
    this.setAttribute('max-results', String(value));
  }

  /** Below this score the element is not sure. */
  get scoreThreshold(): number {
    return this.#number('score-threshold', SURE_FROM);
  }
  set scoreThreshold(value: number) {
    this.setAttribute('score-threshold', String(value));
  }

  /** Milliseconds in which scores of frames settle. */
  get smoothing(): number {
    return this.#number('smoothing', SMOOTHING_MS);
  }
  set smoothing(value: number) {
    this.setAttribute('smoothing', String(value));
  }

  /** Frames a second at the most; 0 for as many as there are. */
  get frameRate(): number {
    return this.#number('frame-rate', 0);
  }
  set frameRate(value: number) {
    this.setAttribute('frame-rate', String(value));
  }

  /** `square` for the middle square only, empty for the whole picture. */
  get region(): 'square' | '' {
    return this.getAttribute('region') === 'square' ? 'square' : '';
  }
  set region(value: 'square' | '') {
    this.setAttribute('region', value);
  }

  /** Whether left and right change places. */
  get mirror(): boolean {
    return this.hasAttribute('mirror');
  }
  set mirror(value: boolean) {
    this.toggleAttribute('mirror', value);
  }

  /** When the model is loaded. */
  get loading(): LoadingTime {
    const value = this.getAttribute('loading');
    return value === 'lazy' || value === 'eager' ? value : 'auto';
  }
  set loading(value: LoadingTime) {
    this.setAttribute('loading', value);
  }

  /** Address of a picture that is shown while there is no other. */
  get poster(): string {
    return this.getAttribute('poster') ?? '';
  }
  set poster(value: string) {
    this.setAttribute('poster', value);
  }

  /** Whether buttons are offered. */
  get controls(): boolean {
    return this.hasAttribute('controls');
  }
  set controls(value: boolean) {
    this.toggleAttribute('controls', value);
  }

  /** Properties that were set before the element was defined hide their accessors, which get them now. */
  protected takeEarlyProperties(): void {
    const own = this as unknown as Record<string, unknown>;
    for (const [name, { set }] of Object.entries(Object.getOwnPropertyDescriptors(ClassifierAttributes.prototype))) {
      if (!set || !Object.hasOwn(this, name)) continue;
      const value = own[name];
      delete own[name];
      own[name] = value;
    }
  }

  #number(name: string, usual: number): number {
    const text = this.getAttribute(name);
    const value = Number(text);
    return text === null || text.trim() === '' || Number.isNaN(value) ? usual : value;
  }
}
