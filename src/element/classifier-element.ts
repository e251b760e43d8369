import {
  type Classification,
  type Classifier,
  type ClassifierInfo,
  type ErrorCode,
  HwgqError,
  type ImageSource,
  type LoadProgress,
  type StreamResult,
} from '../client/index.ts';
import { ClassifierAttributes } from './attributes.ts';
import { receiveDrops } from './file-drop.ts';
import { LoadedModel } from './loaded-model.ts';
import { type Media, openCamera, openMedia } from './media.ts';
import { View } from './view.ts';
import { languageOf, type Words, wordsIn } from './words.ts';

/** What a picture or frame was taken for. */
export interface ResultDetail {
  /** The likeliest label; undefined where its score is below the threshold. */
  readonly label: string | undefined;
  /** As `Classifier.classify` gives it, or `Classifier.stream` for what moves; not cut off at the threshold. */
  readonly result: Classification | StreamResult;
}

/** The element's own events, none of which bubbles. */
export interface HwgqClassifierEventMap {
  load: CustomEvent<ClassifierInfo>;
  progress: CustomEvent<LoadProgress>;
  result: CustomEvent<ResultDetail>;
  error: CustomEvent<HwgqError>;
}

/** How far from the window's part of the page a lazy element begins. */
const NEAR = '200px';

/** Attributes whose change asks for another model, another medium, another look, or other words. */
const MODEL_ATTRIBUTES = ['model', 'integrity', 'backend', 'worker-url'];
const MEDIA_ATTRIBUTES = ['src'];
const LOOK_ATTRIBUTES = ['max-results', 'score-threshold', 'smoothing', 'frame-rate', 'region', 'mirror'];
const SHOWN_ATTRIBUTES = ['camera', 'controls', 'poster', 'alt', 'lang', 'loading'];

/**
 * `<hwgq-classifier>`: shows a picture, a film or a camera, and what a network takes it for. Pictures can be dropped on
 * it. All elements of a page share one worker and one GPU device; one that leaves the page frees what it holds.
 *
 * @attr {string} model - Address of a `.hwgq` file.
 * @attr {string} integrity - A hash that the file must have: `sha256-` and base64.
 * @attr {'auto'|'webgpu'|'wasm'|'reference'} [backend=auto] - What computes.
 * @attr {string} worker-url - Where the worker's file is, if not beside this one.
 * @attr {string} src - Address of a picture or a film. One of another site has to be sent with CORS headers.
 * @attr {string} alt - What the picture shows, for those who do not see it.
 * @attr {'user'|'environment'|''} camera - Offers the camera that faces this way. It starts after a click only.
 * @attr {number} [max-results=3] - How many scores are shown.
 * @attr {number} [score-threshold=0.5] - Below this score the element is not sure.
 * @attr {number} [smoothing=300] - Milliseconds in which scores of frames settle.
 * @attr {number} frame-rate - Frames a second at the most.
 * @attr {'square'} region - Shows and looks at the middle square only.
 * @attr {boolean} mirror - Shows and looks at the mirror image.
 * @attr {'auto'|'lazy'|'eager'} [loading=auto] - `eager`: the model is loaded at once; `lazy`: near the window's part of
 *   the page; `auto`: as `lazy` where there is a `src`, else when it is needed.
 * @attr {string} poster - Address of a picture that is shown while there is no other.
 * @attr {boolean} controls - Offers buttons.
 * @attr {string} lang - Language of the element's own words: ar, de, en, es, fr.
 *
 * @fires {CustomEvent<ClassifierInfo>} load - The model is ready.
 * @fires {CustomEvent<LoadProgress>} progress - The model comes.
 * @fires {CustomEvent<ResultDetail>} result - A picture or frame has been looked at.
 * @fires {CustomEvent<HwgqError>} error - Model, picture or camera failed.
 *
 * @slot poster - Shown while there is no picture.
 * @slot result - Takes the place of label and scores; listen for `result` to fill it.
 * @slot controls - Takes the place of the buttons; call the methods from yours.
 *
 * @csspart layout - All of it.
 * @csspart frame - Around the picture.
 * @csspart media - Around what is looked at.
 * @csspart image - The picture.
 * @csspart video - The film.
 * @csspart camera - The camera's picture.
 * @csspart poster - The poster.
 * @csspart hint - Says that a picture may be dropped.
 * @csspart side - Beside or below the picture.
 * @csspart result - Label and scores.
 * @csspart label - The likeliest label.
 * @csspart scores - The list of scores.
 * @csspart score - One of them.
 * @csspart name - Its label.
 * @csspart bar - Its bar.
 * @csspart percent - Its number.
 * @csspart controls - The buttons together.
 * @csspart button - Each button.
 * @csspart toggle-button - Starts and stops.
 * @csspart choose-button - Chooses a file.
 * @csspart retry-button - Tries again.
 * @csspart progress - How far loading has come.
 * @csspart error - What went wrong.
 *
 * @cssprop --hwgq-accent - Bars and the main button.
 * @cssprop --hwgq-on-accent - Text on the accent.
 * @cssprop --hwgq-ink - Text.
 * @cssprop --hwgq-soft - Text of less weight.
 * @cssprop --hwgq-line - Lines.
 * @cssprop --hwgq-surface - Background.
 * @cssprop --hwgq-alarm - What went wrong.
 * @cssprop --hwgq-radius - Corners.
 * @cssprop --hwgq-font - Font family.
 *
 * @cssstate empty - There is nothing to look at.
 * @cssstate loading - The model comes.
 * @cssstate ready - The model is there.
 * @cssstate running - A film or a camera is looked at.
 * @cssstate unsure - The likeliest score is below the threshold.
 * @cssstate error - Something went wrong.
 * @cssstate dropping - A file is held over it.
 *
 * @tagname hwgq-classifier
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: listeners get the types of the element's own events.
export class HwgqClassifierElement extends ClassifierAttributes {
  static readonly observedAttributes: readonly string[] = [
    ...MODEL_ATTRIBUTES,
    ...MEDIA_ATTRIBUTES,
    ...LOOK_ATTRIBUTES,
    ...SHOWN_ATTRIBUTES,
  ];

  readonly #internals = this.attachInternals();
  readonly #view = new View(this.attachShadow({ mode: 'open' }), {
    onToggle: () => void (this.running ? this.stop() : this.start().catch(() => {})),
    onRetry: () => this.#retry(),
    onFile: (file) => this.#openFile(file),
  });
  #words: Words = wordsIn('en');
  #percent = new Intl.NumberFormat('en', { style: 'percent' });
  /** Ends what belongs to the present stay in a document. */
  #stay: AbortController | undefined;
  #model: LoadedModel | undefined;
  #opening: AbortController | undefined;
  #media: Media | undefined;
  /** Ends the present look at the medium. */
  #look: AbortController | undefined;
  #isRunning = false;
  /** What is wrong; the latest is shown. */
  readonly #failures = new Map<'model' | 'media', HwgqError>();
  #nearness: IntersectionObserver | undefined;
  #hasBegun = false;
  readonly #changed = new Set<string>();

  /** What the model is; undefined while it is not loaded. */
  get info(): ClassifierInfo | undefined {
    return this.#model?.ready?.info;
  }

  /** Whether a film or a camera is looked at. */
  get running(): boolean {
    return this.#isRunning;
  }

  /**
   * Names a picture, or what is shown where none is given; loads the model where it is not there yet.
   * @throws HwgqError as `createClassifier` and `Classifier.classify`; `invalid-image` where nothing is shown.
   */
  classify(image?: ImageSource): Promise<Classification> {
    this.#tryAgain();
    return this.#classify(image);
  }

  async #classify(image?: ImageSource): Promise<Classification> {
    try {
      const media = this.#media;
      const shown = image ?? media?.shown;
      if (!shown) throw new HwgqError('invalid-image', 'There is no picture to name. Set src, or give one.');
      const classifier = await this.#load();
      const result = await classifier.classify(shown, { ...this.#options(), ...this.#viewOptions() });
      const isReplaced = classifier !== this.#model?.ready || (!image && media !== this.#media);
      if (!isReplaced) this.#show(result);
      return result;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /**
   * Starts the camera where one is offered and no film is shown, else the film.
   * @throws HwgqError `camera` where it is not allowed, absent, in use, or nobody has clicked.
   */
  async start(): Promise<void> {
    this.#tryAgain();
    if (this.#media?.live && !this.#media.isCamera) return this.#run(this.#media);
    if (this.camera === null) return;
    try {
      checkActivation();
    } catch (error) {
      throw this.#fail(error);
    }
    await this.#startCamera(this.camera);
  }

  /** Stops the camera, or halts the film. */
  stop(): void {
    this.#opening?.abort();
    this.#endLook();
    if (this.#media?.isCamera) {
      this.#closeMedia();
      this.#view.clearResult();
    } else if (this.#media?.shown instanceof HTMLVideoElement) this.#media.shown.pause();
    this.#refresh();
  }

  /**
   * What is shown now, as a PNG file.
   * @throws HwgqError `invalid-image` where nothing is shown.
   */
  async snapshot(): Promise<Blob> {
    const shown = this.#media?.shown;
    if (!shown)
      throw new HwgqError('invalid-image', 'There is nothing to take a snapshot of. Set src, or start the camera.');
    const [width, height] =
      shown instanceof HTMLVideoElement
        ? [shown.videoWidth, shown.videoHeight]
        : [shown.naturalWidth, shown.naturalHeight];
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d')?.drawImage(shown, 0, 0);
    return canvas.convertToBlob();
  }

  /** @internal */
  connectedCallback(): void {
    if (this.#stay) {
      // It has been moved; only films halt when that happens.
      if (this.#isRunning && this.#media?.shown instanceof HTMLVideoElement) void this.#media.shown.play();
      return;
    }
    this.#stay = new AbortController();
    this.takeEarlyProperties();
    const onHold = (isHeld: boolean) => {
      this.#setState('dropping', isHeld);
      this.#view.markDropping(isHeld);
    };
    receiveDrops(this, { onHold, onFile: (file) => this.#openFile(file) }, this.#stay.signal);
    this.#applyShown();
    this.#await();
  }

  /** @internal */
  disconnectedCallback(): void {
    // It may be on its way to another place in the document.
    queueMicrotask(() => {
      if (!this.isConnected) this.#leave();
    });
  }

  /** With this, moving it by `moveBefore` is no leaving. @internal */
  connectedMoveCallback(): void {}

  /** @internal */
  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.#stay) return;
    if (this.#changed.size === 0) queueMicrotask(() => this.#apply());
    this.#changed.add(name);
  }

  /** Applies the attributes that have changed, all at once. */
  #apply(): void {
    const isChanged = (names: readonly string[]) => names.some((name) => this.#changed.has(name));
    const model = isChanged(MODEL_ATTRIBUTES);
    const media = isChanged(MEDIA_ATTRIBUTES);
    const look = isChanged(LOOK_ATTRIBUTES);
    const shown = look || isChanged(SHOWN_ATTRIBUTES);
    const isCameraOther = isChanged(['camera']) && this.#media?.isCamera;
    this.#changed.clear();
    if (!this.#stay) return;
    if (shown) this.#applyShown();
    if (model) this.#unload();
    if (media) this.#closeMedia();
    if (model || media) this.#view.clearResult();
    if (this.#hasBegun && media) this.#openSource();
    else if (this.#media && (model || look)) void this.#lookAt(this.#media);
    else if (model && this.#hasBegun) this.#loadQuietly();
    if (!this.#hasBegun) this.#await();
    // The visitor has agreed to a camera, and may want the one on the other side.
    if (isCameraOther && this.camera !== null) void this.#startCamera(this.camera).catch(() => {});
    else if (isCameraOther) this.stop();
  }

  #applyShown(): void {
    const language = languageOf(this);
    this.#words = wordsIn(language);
    this.#percent = percentFormat(language);
    this.#view.speak(this.#words);
    this.#view.showPoster(this.getAttribute('poster'));
    this.#view.frame(this.mirror, this.region === 'square');
    this.#internals.role = 'group';
    this.#internals.ariaLabel = this.#words.name;
    this.#showFailure();
    this.#refresh();
  }

  /** Begins when the time for it has come. */
  #await(): void {
    if (this.loading === 'eager') this.#begin();
    else if (this.loading === 'lazy' || this.src) this.#beginNear();
  }

  #beginNear(): void {
    this.#nearness?.disconnect();
    this.#nearness = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) this.#begin();
      },
      { rootMargin: NEAR },
    );
    this.#nearness.observe(this);
  }

  #begin(): void {
    this.#nearness?.disconnect();
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    if (this.src) this.#openSource();
    else this.#loadQuietly();
  }

  #openSource(): void {
    this.#tryAgain();
    if (this.src) void this.#open(this.src).catch(() => {});
    this.#loadQuietly();
  }

  #openFile(file: File): void {
    this.#hasBegun = true;
    this.#tryAgain();
    void this.#open(file).catch(() => {});
  }

  async #open(source: string | File): Promise<void> {
    try {
      await this.#replace((signal) => openMedia(source, this.alt || this.#words.name, signal));
      if (this.#media) await this.#lookAt(this.#media);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  async #startCamera(facing: string): Promise<void> {
    try {
      await this.#replace((signal) => openCamera(facing, this.alt || this.#words.name, signal));
      if (this.#media) await this.#run(this.#media);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Opens another medium, which takes the place of the present one unless yet another comes meanwhile. */
  async #replace(open: (signal: AbortSignal) => Promise<Media>): Promise<void> {
    this.#opening?.abort();
    const opening = new AbortController();
    this.#opening = opening;
    const media = await open(opening.signal);
    this.#closeMedia();
    this.#opening = undefined;
    this.#media = media;
    this.#view.showMedia(media);
    this.#view.clearResult();
    this.#refresh();
  }

  /** Looks at a picture once, at a film or a camera from now on. */
  async #lookAt(media: Media): Promise<void> {
    const wasRunning = this.#isRunning;
    this.#endLook();
    if (!this.model) return;
    if (!media.live) {
      await this.#classify().catch(() => {});
    } else if (wasRunning || (!media.isCamera && !matchMedia('(prefers-reduced-motion: reduce)').matches)) {
      await this.#run(media);
    }
  }

  async #run(media: Media): Promise<void> {
    this.#endLook();
    const look = new AbortController();
    this.#look = look;
    this.#isRunning = true;
    this.#refresh();
    try {
      if (media.shown instanceof HTMLVideoElement) await media.shown.play();
      const classifier = await this.#load();
      void this.#follow(classifier, media, look.signal);
    } catch (error) {
      if (!look.signal.aborted) throw this.#fail(error);
    }
  }

  async #follow(classifier: Classifier, { live }: Media, signal: AbortSignal): Promise<void> {
    if (!live || signal.aborted) return;
    const { smoothing, frameRate } = this;
    const options = { ...this.#options(), ...this.#viewOptions(), smoothing, signal };
    try {
      const stream = classifier.stream(live, frameRate > 0 ? { ...options, frameRate } : options);
      for await (const result of stream) this.#show(result);
      this.stop();
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  #endLook(): void {
    this.#look?.abort();
    this.#look = undefined;
    this.#isRunning = false;
  }

  #closeMedia(): void {
    this.#opening?.abort();
    this.#endLook();
    this.#media?.close();
    this.#media = undefined;
    this.#view.showMedia(undefined);
    this.#mend('media');
  }

  /** The model, loaded once; where that has failed, only a new wish tries again. */
  #load(): Promise<Classifier> {
    if (!this.#model) {
      this.#setState('loading', true);
      this.#view.showProgress(0);
      this.#model = new LoadedModel(this, {
        onProgress: (progress) => {
          this.#view.showProgress(progress.progress);
          this.#dispatch('progress', progress);
        },
        onReady: ({ info }) => {
          this.#setState('ready', true);
          this.#dispatch('load', info);
        },
        onSettled: () => {
          this.#setState('loading', false);
          this.#view.showProgress(undefined);
        },
      });
    }
    return this.#model.classifier;
  }

  #loadQuietly(): void {
    if (this.model) this.#load().catch((error: unknown) => this.#fail(error));
  }

  /** A new wish gives a model that has failed another try. */
  #tryAgain(): void {
    if (this.#failures.has('model')) this.#unload();
  }

  #unload(): void {
    this.#model?.release();
    this.#model = undefined;
    for (const state of ['loading', 'ready'] as const) this.#setState(state, false);
    this.#view.showProgress(undefined);
    this.#mend('model');
  }

  /** Frees everything: it has left the document. */
  #leave(): void {
    this.#stay?.abort();
    this.#stay = undefined;
    this.#nearness?.disconnect();
    this.#hasBegun = false;
    this.#closeMedia();
    this.#unload();
    this.#view.clearResult();
    this.#refresh();
  }

  #retry(): void {
    this.#unload();
    if (this.#media) void this.#lookAt(this.#media);
    else if (this.#hasBegun) this.#openSource();
    else this.#loadQuietly();
  }

  #show(result: Classification | StreamResult): void {
    const [best] = result.categories;
    const label = best && best.score >= this.scoreThreshold ? best.label : undefined;
    this.#mend('model');
    this.#mend('media');
    this.#setState('unsure', label === undefined);
    this.#view.showResult(label, result.categories, this.#percent);
    this.#dispatch('result', { label, result });
  }

  /** Tells what went wrong, once for each error; what was given up on purpose is no failure. @returns it. */
  #fail(error: unknown): unknown {
    const isGivenUp = error instanceof DOMException && error.name === 'AbortError';
    if (isGivenUp || !(error instanceof HwgqError) || error.code === 'disposed') return error;
    const part = error.code === 'camera' || error.code === 'invalid-image' ? 'media' : 'model';
    if (this.#failures.get(part) === error) return error;
    this.#failures.delete(part);
    this.#failures.set(part, error);
    this.#showFailure();
    this.#endLook();
    this.#refresh();
    this.#dispatch('error', error);
    return error;
  }

  #mend(part: 'model' | 'media'): void {
    if (this.#failures.delete(part)) this.#showFailure();
  }

  #showFailure(): void {
    const code = [...this.#failures.values()].at(-1)?.code;
    this.#setState('error', code !== undefined);
    this.#view.showFailure(code && failureText(code, this.#words), this.controls && this.#failures.has('model'));
  }

  #options() {
    return { maxResults: this.maxResults };
  }

  #viewOptions() {
    return { ...(this.region ? { region: this.region } : {}), mirror: this.mirror };
  }

  #refresh(): void {
    this.#setState('running', this.#isRunning);
    this.#setState('empty', !this.#media);
    if (!this.#media) this.#setState('unsure', false);
    const isFilm = this.#media?.live && !this.#media.isCamera;
    const live = isFilm ? 'video' : this.camera === null ? undefined : 'camera';
    this.#view.showControls({ isOffered: this.controls, isRunning: this.#isRunning, ...(live ? { live } : {}) });
  }

  #setState(state: string, isOn: boolean): void {
    const { states } = this.#internals;
    if (isOn) states.add(state);
    else states.delete(state);
  }

  #dispatch<Name extends keyof HwgqClassifierEventMap>(
    name: Name,
    detail: HwgqClassifierEventMap[Name]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function failureText(code: ErrorCode, words: Words): string {
  if (code === 'camera') return words.cameraFailed;
  if (code === 'invalid-image') return words.pictureFailed;
  return code === 'device-lost' || code === 'worker' ? words.failed : words.modelFailed;
}

function percentFormat(language: string): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(language, { style: 'percent' });
  } catch {
    // The page's `lang` may be no language.
    return new Intl.NumberFormat('en', { style: 'percent' });
  }
}

/** @throws HwgqError `camera` where nobody has just clicked or pressed something. */
function checkActivation(): void {
  const activation = (navigator as { userActivation?: UserActivation }).userActivation;
  if (!activation || activation.isActive) return;
  throw new HwgqError('camera', 'The camera starts after a click only. Call start() from a click’s listener.', {
    reason: 'NotAllowedError',
  });
}

export interface HwgqClassifierElement {
  addEventListener<Name extends keyof HwgqClassifierEventMap>(
    type: Name,
    listener: (this: HwgqClassifierElement, event: HwgqClassifierEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<Name extends Exclude<keyof HTMLElementEventMap, keyof HwgqClassifierEventMap>>(
    type: Name,
    listener: (this: HwgqClassifierElement, event: HTMLElementEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}
