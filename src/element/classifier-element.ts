import {
  type Classification,
  type Classifier,
  type ClassifierInfo,
  type ClassifyOptions,
  HwgqError,
  type ImageSource,
  type LoadProgress,
  type StreamResult,
} from '../client/index.ts';
import { ClassifierAttributes } from './attributes.ts';
import { Failures, isGivenUp, type Part, typed } from './failures.ts';
import { receiveDrops } from './file-drop.ts';
import { type Framing, snapshotOf } from './framing.ts';
import { LoadedModel } from './loaded-model.ts';
import { Look } from './look.ts';
import { checkActivation, type LiveMedia, type Media, openCamera, openMedia } from './media.ts';
import { whenNear } from './nearness.ts';
import { States } from './states.ts';
import { View } from './view.ts';
import { languageOf, percentFormat, wordsIn } from './words.ts';

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
 * @attr {string} alt - What the picture of `src` shows, for those who do not see it; empty for decoration.
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
  readonly #states = new States(this.#internals);
  readonly #view = new View(this.attachShadow({ mode: 'open' }), {
    onToggle: () => void (this.running ? this.stop() : this.start().catch(() => {})),
    onRetry: () => this.#retry(),
    onFile: (file) => this.#openFile(file),
  });
  #words = wordsIn('en');
  #percent = percentFormat('en');
  /** Ends what belongs to the present stay in a document. */
  #stay: AbortController | undefined;
  #model: LoadedModel | undefined;
  #opening: AbortController | undefined;
  /** The opening, where it is a camera's. */
  #cameraOpening: AbortController | undefined;
  #media: Media | undefined;
  /** The present look at a film or a camera. */
  #look: Look | undefined;
  readonly #failures = new Failures();
  #stopWaiting = () => {};
  #hasBegun = false;
  readonly #changed = new Set<string>();

  /** What the model is; undefined while it is not loaded. */
  get info(): ClassifierInfo | undefined {
    return this.#model?.ready?.info;
  }

  /** Whether a film or a camera is looked at. */
  get running(): boolean {
    return this.#look !== undefined;
  }

  /**
   * Names what is shown, which the element shows and tells; or a picture that is given, for the caller alone. Loads the
   * model where it is not there yet.
   * @throws HwgqError as `createClassifier` and `Classifier.classify`; `invalid-image` where nothing is shown.
   */
  classify(image?: ImageSource): Promise<Classification> {
    this.#tryAgain();
    return image ? this.#classifyGiven(image) : this.#classifyShown();
  }

  async #classifyGiven(image: ImageSource): Promise<Classification> {
    const classifier = await this.#load();
    try {
      return await classifier.classify(image, this.#options());
    } catch (error) {
      // Its picture is the caller's affair; all else is wrong with the element too.
      if (error instanceof HwgqError && error.code === 'invalid-image') throw error;
      throw this.#fail('look', error);
    }
  }

  async #classifyShown(): Promise<Classification> {
    const media = this.#media;
    if (!media) throw new HwgqError('invalid-image', 'There is no picture to name. Set src, or give one.');
    const classifier = await this.#load();
    try {
      const result = await classifier.classify(media.shown, this.#options());
      if (media === this.#media && classifier === this.#model?.ready) this.#show(result);
      return result;
    } catch (error) {
      throw media === this.#media ? this.#fail('look', error) : error;
    }
  }

  /**
   * Starts the camera where one is offered and no film is shown, else the film. Does nothing while one runs.
   * @throws HwgqError `camera` where it is not allowed, absent, in use, or nobody has clicked; `invalid-image` for a film
   *   that the browser does not play; as `createClassifier`.
   */
  async start(): Promise<void> {
    if (this.running) return;
    this.#tryAgain();
    if (this.#media?.kind === 'video') return this.#run(this.#media);
    if (this.camera === null) return;
    try {
      checkActivation();
    } catch (error) {
      throw this.#fail('media', error);
    }
    await this.#startCamera(this.camera);
  }

  /** Stops the camera, or halts the film. */
  stop(): void {
    this.#opening?.abort();
    this.#halt();
  }

  /**
   * What is shown now, as a PNG file: its middle square, or its mirror image, where that is what is shown.
   * @throws HwgqError `invalid-image` where nothing is shown, or nothing yet.
   */
  async snapshot(): Promise<Blob> {
    if (this.#media) return snapshotOf(this.#media, this.#framing());
    throw new HwgqError('invalid-image', 'There is nothing to take a snapshot of. Set src, or start the camera.');
  }

  /** @internal */
  connectedCallback(): void {
    if (this.#stay) {
      // It has been moved; only films halt when that happens.
      this.#look?.play().catch(() => {});
      return;
    }
    this.#stay = new AbortController();
    this.takeEarlyProperties();
    const onHold = (isHeld: boolean) => {
      this.#states.set('dropping', isHeld);
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
    const isCameraOther = isChanged(['camera']) && this.#isCameraWanted;
    this.#changed.clear();
    if (!this.#stay) return;
    if (shown) this.#applyShown();
    if (model) this.#unload();
    if (media) this.#closeMedia();
    if (model) this.#view.clearResult();
    if (look) this.#mend('look');
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
    this.#view.frame(this.#framing());
    this.#internals.role = 'group';
    this.#internals.ariaLabel = this.#words.name;
    this.#describeMedia();
    this.#showFailure();
    this.#refresh();
  }

  /** Begins when the time for it has come. */
  #await(): void {
    this.#stopWaiting();
    if (this.loading === 'eager') this.#begin();
    else if (this.loading === 'lazy' || this.src) this.#stopWaiting = whenNear(this, () => this.#begin());
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    if (this.src) this.#openSource();
    else this.#loadQuietly();
  }

  #openSource(): void {
    this.#tryAgain();
    if (this.src) void this.#open(this.src);
    this.#loadQuietly();
  }

  #openFile(file: File): void {
    this.#hasBegun = true;
    this.#tryAgain();
    void this.#open(file);
  }

  async #open(source: string | File): Promise<void> {
    try {
      await this.#lookAt(await this.#replace((signal) => openMedia(source, signal)));
    } catch {
      // It has been told.
    }
  }

  async #startCamera(facing: string): Promise<void> {
    // Many a phone lends one camera at a time.
    if (this.#media?.kind === 'camera') this.#release();
    const replacing = this.#replace((signal) => openCamera(facing, signal));
    this.#cameraOpening = this.#opening;
    await this.#run(await replacing);
  }

  /** Whether a camera is shown, or on its way. */
  get #isCameraWanted(): boolean {
    if (this.#media?.kind === 'camera') return true;
    return this.#opening === this.#cameraOpening && this.#opening?.signal.aborted === false;
  }

  /**
   * Opens another medium, which takes the place of the present one.
   * @throws HwgqError where it does not open; an `AbortError` where yet another is opened meanwhile.
   */
  async #replace<Opened extends Media>(open: (signal: AbortSignal) => Promise<Opened>): Promise<Opened> {
    this.#opening?.abort();
    const opening = new AbortController();
    this.#opening = opening;
    this.#mend('media');
    try {
      const media = await open(opening.signal);
      if (opening.signal.aborted) media.close();
      opening.signal.throwIfAborted();
      this.#opening = undefined;
      this.#release();
      this.#media = media;
      this.#view.showMedia(media);
      this.#describeMedia();
      this.#refresh();
      return media;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw this.#fail('media', opening.signal.aborted ? opening.signal.reason : error);
    }
  }

  /** Looks at a picture once, at a film or a camera from now on. */
  async #lookAt(media: Media): Promise<void> {
    const wasRunning = this.running;
    this.#endLook();
    if (!this.model) return this.#halt();
    try {
      if (media.kind === 'image') await this.#classifyShown();
      else if (wasRunning || !matchMedia('(prefers-reduced-motion: reduce)').matches) await this.#run(media);
      else this.#refresh();
    } catch {
      // It has been told.
    }
  }

  async #run(media: LiveMedia): Promise<void> {
    this.#endLook();
    const look = new Look(media, {
      onResult: (result) => this.#show(result),
      onFailure: (part, error) => {
        this.#halt();
        this.#fail(part, error);
      },
    });
    this.#look = look;
    this.#mend('play', 'look');
    this.#refresh();
    try {
      const [classifier] = await Promise.all([this.#load(), look.play()]);
      const { smoothing, frameRate } = this;
      void look.follow(classifier, { ...this.#options(), smoothing, ...(frameRate > 0 ? { frameRate } : {}) });
    } catch (error) {
      if (!isGivenUp(error)) throw error;
    }
  }

  #endLook(): void {
    this.#look?.end();
    this.#look = undefined;
  }

  /** Ends the present look; a film halts, and no camera stays on that nobody looks at. */
  #halt(): void {
    this.#endLook();
    if (this.#media?.kind === 'camera') this.#release();
    else if (this.#media?.kind === 'video') this.#media.shown.pause();
    this.#refresh();
  }

  /** Lets go what is shown. */
  #release(): void {
    this.#endLook();
    this.#media?.close();
    this.#media = undefined;
    this.#view.showMedia(undefined);
    this.#view.clearResult();
    this.#mend('play', 'look');
    this.#refresh();
  }

  #closeMedia(): void {
    this.#opening?.abort();
    this.#release();
    this.#mend('media');
  }

  /** The model, loaded once; where that has failed, only a new wish tries again. */
  #load(): Promise<Classifier> {
    if (!this.#model) {
      this.#states.set('loading', true);
      this.#view.showProgress(0);
      const settle = () => {
        this.#states.set('loading', false);
        this.#view.showProgress(undefined);
      };
      this.#model = new LoadedModel(this, {
        onProgress: (progress) => {
          this.#view.showProgress(progress.progress);
          this.#dispatch('progress', progress);
        },
        onReady: ({ info }) => {
          settle();
          this.#states.set('ready', true);
          this.#dispatch('load', info);
        },
        onFailure: (error) => {
          settle();
          // Nobody would look at what a film or a camera goes on to show.
          if (this.running) this.#halt();
          this.#fail('model', error);
        },
      });
    }
    return this.#model.classifier;
  }

  #loadQuietly(): void {
    if (this.model) void this.#load();
  }

  /** A new wish gives a model that has failed another try. */
  #tryAgain(): void {
    if (this.#failures.isModelLost) this.#unload();
  }

  #unload(): void {
    this.#model?.release();
    this.#model = undefined;
    for (const state of ['loading', 'ready']) this.#states.set(state, false);
    this.#view.showProgress(undefined);
    this.#mend('model', 'look');
  }

  /** Frees everything: it has left the document. */
  #leave(): void {
    this.#stay?.abort();
    this.#stay = undefined;
    this.#stopWaiting();
    this.#hasBegun = false;
    this.#closeMedia();
    this.#unload();
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
    this.#mend('look');
    this.#states.set('unsure', label === undefined);
    this.#view.showResult(label, result.categories, this.#percent);
    this.#dispatch('result', { label, result });
  }

  /** Tells what went wrong, once for each error; what was given up on purpose is no failure. @returns it. */
  #fail(part: Part, error: unknown): unknown {
    if (isGivenUp(error)) return error;
    const failure = typed(error, part);
    if (this.#failures.add(part, failure)) {
      this.#showFailure();
      this.#dispatch('error', failure);
    }
    return failure;
  }

  #mend(...parts: readonly Part[]): void {
    if (this.#failures.mend(...parts)) this.#showFailure();
  }

  #showFailure(): void {
    const text = this.#failures.textIn(this.#words);
    this.#states.set('error', text !== undefined);
    this.#view.showFailure(text, this.controls && this.#failures.isModelLost);
  }

  #options(): ClassifyOptions {
    const { maxResults, region, mirror } = this;
    return { maxResults, mirror, ...(region ? { region } : {}) };
  }

  #framing(): Framing {
    return { isMirrored: this.mirror, isSquare: this.region === 'square' };
  }

  /** The page's words are about the picture that it has chosen; an empty `alt` says that it is but decoration. */
  #describeMedia(): void {
    if (!this.#media) return;
    const { kind, isOfPage } = this.#media;
    this.#view.describe(this.#media, (isOfPage ? this.getAttribute('alt') : null) ?? this.#words[kind]);
  }

  #refresh(): void {
    this.#states.set('running', this.running);
    this.#states.set('empty', !this.#media);
    if (!this.#media) this.#states.set('unsure', false);
    const live = this.#media?.kind === 'video' ? 'video' : this.camera === null ? undefined : 'camera';
    this.#view.showControls({ isOffered: this.controls, isRunning: this.running, ...(live ? { live } : {}) });
  }

  #dispatch<Name extends keyof HwgqClassifierEventMap>(
    name: Name,
    detail: HwgqClassifierEventMap[Name]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
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
