import {
  type Classification,
  type Classifier,
  type ClassifierInfo,
  type ClassifyOptions,
  HwgqError,
  type ImageSource,
  type StreamOptions,
  type StreamResult,
} from '../client/index.ts';
import { AttributeChanges, type ChangedAttributes, SPELLINGS } from './attribute-changes.ts';
import { ClassifierAttributes } from './attributes.ts';
import { CustomStates } from './custom-states.ts';
import type { HwgqClassifierEventMap } from './events.ts';
import { Failures, isAbort, type Part, toHwgqError } from './failures.ts';
import { acceptFileDrops } from './file-drop.ts';
import { FrameLoop } from './frame-loop.ts';
import { type Framing, snapshotOf } from './framing.ts';
import { LoadTrigger } from './load-trigger.ts';
import { LoadedModel } from './loaded-model.ts';
import { checkActivation, type LiveMedia } from './media.ts';
import { MediaSlot, type MediaState } from './media-slot.ts';
import { View } from './view.ts';
import { languageOf, wordsIn } from './words.ts';

/**
 * `<hwgq-classifier>` shows an image, a video or a camera with the labels that a network predicts. Users can drop files
 * on it. All elements of a page share one worker and one GPU device; an element that is removed frees its resources.
 *
 * @attr {string} model - URL of the `.hwgq` model file.
 * @attr {string} integrity - Hash that the model file must have: `sha256-` and base64.
 * @attr {'auto'|'webgpu'|'wasm'|'reference'} [backend=auto] - Backend that runs the model.
 * @attr {string} worker-url - URL of the library's `worker.js`, if it is not next to the element's file.
 * @attr {string} src - URL of an image or a video. One from another origin must be served with CORS headers.
 * @attr {string} alt - Text alternative of the image or video in `src`; empty for decoration.
 * @attr {'user'|'environment'|''} camera - Offers the camera that faces this way. It starts only after a user gesture.
 * @attr {number} [max-results=3] - Maximum number of scores shown, and of categories in a result; -1 for all.
 * @attr {number} [score-threshold=0.5] - Score from 0 to 1 that a category must reach; if none does, the element is unsure.
 * @attr {number} [smoothing=300] - Time constant in milliseconds for smoothing the scores of frames.
 * @attr {number} frame-rate - Maximum number of frames per second that are classified.
 * @attr {'square'} region - Shows and classifies only the central square.
 * @attr {boolean} mirror - Shows and classifies the mirror image.
 * @attr {'auto'|'lazy'|'eager'} [loading=auto] - When the model is loaded. `eager`: at once. `lazy`: when the element is
 *   near the viewport. `auto`: like `lazy` if there is a `src`, otherwise when the model is first needed.
 * @attr {string} poster - URL of an image that is shown while there is no other.
 * @attr {boolean} controls - Shows buttons.
 * @attr {string} lang - Language of the element's interface: ar, de, en, es or fr.
 *
 * @fires {CustomEvent<ClassifierInfo>} load - The model is ready.
 * @fires {CustomEvent<LoadProgress>} progress - The model is loading.
 * @fires {CustomEvent<ResultDetail>} result - An image or a frame has been classified.
 * @fires {CustomEvent<HwgqError>} error - Something failed. Unless the event is canceled, the error is logged to the console.
 *
 * @slot poster - Shown while there is no image or video.
 * @slot result - Replaces the label and the scores; listen for `result` to fill it.
 * @slot controls - Replaces the buttons; call the methods from yours.
 *
 * @csspart layout - Everything in the element.
 * @csspart frame - Area of the image or video.
 * @csspart media - Container of the image or video.
 * @csspart image - The image.
 * @csspart video - The video.
 * @csspart camera - The camera's video.
 * @csspart poster - The poster.
 * @csspart hint - Hint that files can be dropped.
 * @csspart side - Area beside or below the image.
 * @csspart result - Label and scores.
 * @csspart label - The answer.
 * @csspart scores - List of scores.
 * @csspart score - One score.
 * @csspart name - Label of a score.
 * @csspart bar - Bar of a score.
 * @csspart percent - Percentage of a score.
 * @csspart controls - Container of the buttons.
 * @csspart button - Every button.
 * @csspart toggle-button - Button that starts and stops the camera or video.
 * @csspart choose-button - Button that chooses a file.
 * @csspart retry-button - Button that loads the model again.
 * @csspart progress - Progress bar of the model.
 * @csspart error - Error message.
 *
 * @cssprop --hwgq-accent - Color of the best bar and the main button.
 * @cssprop --hwgq-on-accent - Color of text on the accent color.
 * @cssprop --hwgq-text - Color of text.
 * @cssprop --hwgq-muted - Color of secondary text and of the other bars.
 * @cssprop --hwgq-border - Color of borders.
 * @cssprop --hwgq-background - Background color.
 * @cssprop --hwgq-error - Color of error messages.
 * @cssprop --hwgq-radius - Radius of corners.
 * @cssprop --hwgq-font - Font family.
 *
 * @cssstate empty - Nothing is shown.
 * @cssstate loading - The model is loading.
 * @cssstate ready - The model is ready.
 * @cssstate running - A video or a camera is being classified.
 * @cssstate unsure - No category of the current result reaches the threshold.
 * @cssstate error - Something failed.
 * @cssstate dropping - A file is dragged over the element.
 *
 * @tagname hwgq-classifier
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface types the listeners of the element's own events.
export class HwgqClassifierElement extends ClassifierAttributes {
  static readonly observedAttributes: readonly string[] = [...SPELLINGS.keys()];

  readonly #internals = this.attachInternals();
  readonly #states = new CustomStates(this.#internals);
  readonly #view = new View(this.attachShadow({ mode: 'open' }), {
    onToggle: () => void (this.running ? this.stop() : this.start().catch(() => {})),
    onRetry: () => this.#retry(),
    onFile: (file) => this.#openFile(file),
  });
  readonly #trigger = new LoadTrigger(this, () => (this.src ? this.#openSource() : this.#preload()));
  readonly #slot = new MediaSlot((state, previous) => this.#mediaChanged(state, previous));
  readonly #failures = new Failures();
  readonly #changes = new AttributeChanges((changed) => this.#applyChanges(changed));
  /** Defined while the element is in a document; aborts when it has left. */
  #connection: AbortController | undefined;
  #model: LoadedModel | undefined;
  #result: Classification | StreamResult | undefined;

  /** Description of the model; undefined until it is loaded. */
  get info(): ClassifierInfo | undefined {
    return this.#classifier?.info;
  }

  /** Whether a video or a camera is being classified. */
  get running(): boolean {
    return this.#slot.state.name === 'running';
  }

  /**
   * Result that is shown: the one of the last `result` event. It is undefined before the first result, and again when the
   * model or what is shown changes.
   */
  get result(): Classification | StreamResult | undefined {
    return this.#result;
  }

  /**
   * Classifies what is shown, shows the result and fires `result`. Given an image, classifies that instead, and only
   * returns the result. Loads the model first if necessary.
   * @throws HwgqError as `createClassifier` and `Classifier.classify`; `invalid-image` if there is nothing to classify.
   */
  classify(image?: ImageSource): Promise<Classification> {
    this.#discardFailedModel();
    return image === undefined ? this.#classifyShown() : this.#classifyGiven(image);
  }

  async #classifyGiven(image: ImageSource): Promise<Classification> {
    const classifier = await this.#load();
    try {
      return this.#filtered(await classifier.classify(image, this.#options()));
    } catch (error) {
      // An error of the image concerns only the caller; all other errors are also the element's.
      if (error instanceof HwgqError && error.code === 'invalid-image') throw error;
      throw this.#fail('classification', error);
    }
  }

  async #classifyShown(): Promise<Classification> {
    const { media } = this.#slot.state;
    if (!media) throw new HwgqError('invalid-image', 'There is no image to classify. Set src, or pass an image.');
    const classifier = await this.#load();
    try {
      const result = await classifier.classify(media.shown, this.#options());
      const isCurrent = media === this.#slot.state.media && classifier === this.#classifier;
      return isCurrent ? this.#show(result) : this.#filtered(result);
    } catch (error) {
      throw media === this.#slot.state.media ? this.#fail('classification', error) : error;
    }
  }

  /**
   * Starts the video that is shown, or else the camera that is offered. Does nothing while one is running.
   * @throws HwgqError `camera` if the camera is not allowed, missing or in use, or if there was no user gesture;
   *   `invalid-image` for a video that the browser does not play; as `createClassifier`.
   */
  async start(): Promise<void> {
    if (this.running) return;
    this.#discardFailedModel();
    const { media } = this.#slot.state;
    if (media?.kind === 'video') return this.#run(media);
    if (this.camera === null) return;
    try {
      checkActivation();
    } catch (error) {
      throw this.#fail('media', error);
    }
    await this.#startCamera(this.camera);
  }

  /** Turns the camera off, or pauses the video. */
  stop(): void {
    this.#slot.cancelOpening();
    this.#slot.stop();
  }

  /**
   * Returns what is shown as a PNG file, cropped and mirrored as it is shown.
   * @throws HwgqError `invalid-image` if nothing is shown, or no frame yet.
   */
  async snapshot(): Promise<Blob> {
    const { media } = this.#slot.state;
    if (media) return snapshotOf(media, this.#framing());
    throw new HwgqError('invalid-image', 'There is nothing to take a snapshot of. Set src, or start the camera.');
  }

  /** @internal */
  connectedCallback(): void {
    if (this.#connection) {
      // The element was moved, which pauses videos and nothing else.
      const { state } = this.#slot;
      if (state.name === 'running') state.loop.play().catch(() => {});
      return;
    }
    this.#connection = new AbortController();
    this.upgradeProperties();
    const onDrag = (isOver: boolean) => {
      this.#states.set('dropping', isOver);
      this.#view.markDropTarget(isOver);
    };
    acceptFileDrops(this, { onDrag, onFile: (file) => this.#openFile(file) }, this.#connection.signal);
    this.#present();
    this.#trigger.arm(this.loading, this.src !== '');
  }

  /** @internal */
  disconnectedCallback(): void {
    // A move disconnects and reconnects the element in one task.
    queueMicrotask(() => {
      if (!this.isConnected) this.#leave();
    });
  }

  /** Its presence keeps `moveBefore` from disconnecting the element. @internal */
  connectedMoveCallback(): void {}

  /** @internal */
  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.#connection) return;
    this.#changes.add(name);
  }

  #applyChanges({ model, source, options, presentation, camera }: ChangedAttributes): void {
    if (!this.#connection) return;
    const switchesCamera = camera && this.#slot.hasCamera;
    if (presentation) this.#present();
    if (model) this.#unload();
    if (source) this.#closeMedia();
    if (options) this.#recover('classification');
    if (this.#trigger.hasFired && source) this.#openSource();
    else if (this.#slot.state.media && (model || options)) void this.#classifyMedia();
    else if (this.#trigger.hasFired && model) this.#preload();
    this.#trigger.arm(this.loading, this.src !== '');
    // The user has agreed to a camera already, so the other one may start without a gesture.
    if (switchesCamera && this.camera !== null) void this.#startCamera(this.camera).catch(() => {});
    else if (switchesCamera) this.stop();
  }

  /** Applies the attributes that only affect how things are shown. */
  #present(): void {
    const language = languageOf(this);
    this.#internals.role = 'group';
    this.#internals.ariaLabel = wordsIn(language).name;
    this.#view.setLanguage(language);
    this.#view.showPoster(this.poster);
    this.#view.frame(this.#framing());
    this.#describeMedia();
    this.#render();
  }

  #openSource(): void {
    this.#discardFailedModel();
    if (this.src) void this.#open(this.src);
    this.#preload();
  }

  #openFile(file: File): void {
    this.#trigger.skip();
    this.#discardFailedModel();
    void this.#open(file);
  }

  /** Opens an image or a video in place of what is shown, and classifies it. Failures are reported, not thrown. */
  async #open(source: string | File): Promise<void> {
    this.#recover('media');
    try {
      await this.#slot.openSource(source);
    } catch (error) {
      this.#fail('media', error);
      return;
    }
    await this.#classifyMedia();
  }

  /** @throws HwgqError as `start`, after it was reported. */
  async #startCamera(facing: string): Promise<void> {
    this.#recover('media');
    let media: LiveMedia;
    try {
      media = await this.#slot.openCamera(facing);
    } catch (error) {
      throw this.#fail('media', error);
    }
    await this.#run(media);
  }

  /** Classifies an image once, a video or a camera from now on. Failures are reported, not thrown. */
  async #classifyMedia(): Promise<void> {
    const state = this.#slot.state;
    if (!this.model) return this.#slot.stop();
    try {
      if (state.name === 'still') await this.#classifyShown();
      else if (state.name === 'running' || (state.name === 'paused' && !prefersReducedMotion())) {
        await this.#run(state.media);
      }
    } catch {
      // Already reported.
    }
  }

  /** @throws HwgqError if the model or the video fails, after it was reported. */
  async #run(media: LiveMedia): Promise<void> {
    const loop = new FrameLoop(media, {
      onResult: (result) => this.#show(result),
      onFailure: (part, error) => {
        this.#slot.stop();
        this.#fail(part, error);
      },
    });
    this.#slot.run(media, loop);
    this.#recover('playback', 'classification');
    try {
      const [classifier] = await Promise.all([this.#load(), loop.play()]);
      void loop.classify(classifier, () => this.#streamOptions());
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
  }

  #mediaChanged({ media }: MediaState, previous: MediaState): void {
    if (media !== previous.media) {
      this.#clearResult();
      this.#failures.clear('playback', 'classification');
      this.#view.showMedia(media);
      this.#describeMedia();
    }
    this.#render();
  }

  #closeMedia(): void {
    this.#slot.clear();
    this.#recover('media');
  }

  /** Returns the classifier of the model, which is loaded once; a failed one fails again until it is discarded. */
  #load(): Promise<Classifier> {
    if (!this.#model) {
      this.#model = new LoadedModel(this, {
        onProgress: (progress) => {
          this.#render();
          this.#dispatch('progress', progress);
        },
        onReady: ({ info }) => {
          this.#render();
          this.#dispatch('load', info);
        },
        onFailure: (error) => {
          // Without a model, nothing classifies the frames of a running video or camera.
          if (this.running) this.#slot.stop();
          this.#render();
          this.#fail('model', error);
        },
      });
      this.#render();
    }
    return this.#model.classifier;
  }

  /** The classifier, if it is ready. */
  get #classifier(): Classifier | undefined {
    const state = this.#model?.state;
    return state?.name === 'ready' ? state.classifier : undefined;
  }

  /** Loads the model ahead of its use. */
  #preload(): void {
    if (this.model) void this.#load();
  }

  /** Discards a model that has failed, so that it can be loaded again. */
  #discardFailedModel(): void {
    if (this.#failures.isRetryable) this.#unload();
  }

  #unload(): void {
    this.#model?.release();
    this.#model = undefined;
    this.#clearResult();
    this.#recover('model', 'classification');
  }

  /** Frees everything, because the element has left the document. */
  #leave(): void {
    this.#connection?.abort();
    this.#connection = undefined;
    this.#trigger.reset();
    this.#closeMedia();
    this.#unload();
  }

  #retry(): void {
    this.#unload();
    if (this.#slot.state.media) void this.#classifyMedia();
    else if (this.#trigger.hasFired) this.#openSource();
    else this.#preload();
  }

  /** Shows a result and fires `result`. @returns The result as pages get it. */
  #show<Result extends Classification>(unfiltered: Result): Result {
    const result = this.#filtered(unfiltered);
    const label = result.categories[0]?.label;
    this.#result = result;
    this.#failures.clear('classification');
    this.#view.showResult(label, unfiltered.categories);
    this.#render();
    this.#dispatch('result', { label, result });
    return result;
  }

  #clearResult(): void {
    this.#result = undefined;
    this.#view.clearResult();
  }

  /** Leaves out categories below the threshold, which are only shown as bars. */
  #filtered<Result extends Classification>(result: Result): Result {
    const { scoreThreshold } = this;
    return { ...result, categories: result.categories.filter(({ score }) => score >= scoreThreshold) };
  }

  /** Reports a failure once; does nothing if something was cancelled on purpose. @returns The error as pages get it. */
  #fail(part: Part, error: unknown): unknown {
    if (isAbort(error)) return error;
    const failure = toHwgqError(error, part);
    if (this.#failures.add(part, failure)) {
      this.#render();
      if (this.#dispatch('error', failure, { cancelable: true })) console.error('<hwgq-classifier>', failure);
    }
    return failure;
  }

  /** Removes failures that no longer apply. */
  #recover(...parts: readonly Part[]): void {
    this.#failures.clear(...parts);
    this.#render();
  }

  #options(): ClassifyOptions {
    const { maxResults, scoreThreshold, region, mirror } = this;
    // Filtering happens here, so that bars below the threshold can be shown.
    if (!(scoreThreshold >= 0 && scoreThreshold <= 1)) {
      const message = `\`score-threshold\` is ${scoreThreshold}; a number from 0 to 1 is accepted.`;
      throw new HwgqError('invalid-option', message);
    }
    return { maxResults, mirror, region: region || undefined };
  }

  #streamOptions(): StreamOptions {
    const { smoothing, frameRate } = this;
    return { ...this.#options(), smoothing, frameRate: frameRate > 0 ? frameRate : undefined };
  }

  #framing(): Framing {
    return { isMirrored: this.mirror, isSquare: this.region === 'square' };
  }

  /** The page's `alt` describes what the page chose, and not what the user opened. */
  #describeMedia(): void {
    const { media } = this.#slot.state;
    if (!media) return;
    const alt = media.isFromPage ? this.getAttribute('alt') : null;
    this.#view.describeMedia(media, alt ?? undefined);
  }

  /** Reflects the state of model, media, result and failures in the custom states and the view. */
  #render(): void {
    const { media } = this.#slot.state;
    const { running } = this;
    const model = this.#model?.state;
    const { text } = this.#failures;
    this.#states.set('empty', !media);
    this.#states.set('running', running);
    this.#states.set('loading', model?.name === 'loading');
    this.#states.set('ready', model?.name === 'ready');
    this.#states.set('unsure', this.#result?.categories.length === 0);
    this.#states.set('error', text !== undefined);
    const live = media?.kind === 'video' ? 'video' : this.camera === null ? undefined : 'camera';
    this.#view.showControls({ isShown: this.controls, live, isRunning: running });
    this.#view.showProgress(model?.name === 'loading' ? model.progress : undefined);
    this.#view.showFailure(text, this.controls && this.#failures.isRetryable);
  }

  /** @returns Whether no listener has canceled the event. */
  #dispatch<Name extends keyof HwgqClassifierEventMap>(
    name: Name,
    detail: HwgqClassifierEventMap[Name]['detail'],
    { cancelable = false }: EventInit = {},
  ): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, cancelable }));
  }
}

function prefersReducedMotion(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
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
  removeEventListener<Name extends keyof HwgqClassifierEventMap>(
    type: Name,
    listener: (this: HwgqClassifierElement, event: HwgqClassifierEventMap[Name]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener<Name extends Exclude<keyof HTMLElementEventMap, keyof HwgqClassifierEventMap>>(
    type: Name,
    listener: (this: HwgqClassifierElement, event: HTMLElementEventMap[Name]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}
