import { type Classifier, createClassifier, HwgqError, type LoadProgress } from '../client/index.ts';
import type { ClassifierAttributes } from './attributes.ts';
import { isAbort, toHwgqError } from './failures.ts';

/** Receives the progress of a model; nothing after its release. */
export interface ModelListener {
  onProgress(progress: LoadProgress): void;
  onReady(classifier: Classifier): void;
  onFailure(error: unknown): void;
}

/** State of a model, from its request to its classifier. */
export type ModelState =
  | { readonly name: 'loading'; readonly progress: number }
  | { readonly name: 'ready'; readonly classifier: Classifier }
  | { readonly name: 'failed' };

/** The model of an element, loaded once with the attributes of that moment. */
export class LoadedModel {
  /**
   * The classifier, once it is ready.
   * @throws HwgqError as `createClassifier`, or `invalid-option` for an attribute that is not a URL; the same each time.
   */
  readonly classifier: Promise<Classifier>;
  readonly #release = new AbortController();
  #state: ModelState = { name: 'loading', progress: 0 };

  constructor(attributes: ClassifierAttributes, listener: ModelListener) {
    this.classifier = this.#load(attributes, listener);
    // The listener runs in a later microtask, when the caller has the constructed object.
    this.classifier.then(
      (classifier) => !this.#isReleased && listener.onReady(classifier),
      (error: unknown) => !this.#isReleased && listener.onFailure(error),
    );
  }

  get state(): ModelState {
    return this.#state;
  }

  /** Aborts loading, or disposes of the classifier. */
  release(): void {
    this.#release.abort();
    if (this.#state.name === 'ready') this.#state.classifier.dispose();
  }

  get #isReleased(): boolean {
    return this.#release.signal.aborted;
  }

  async #load(attributes: ClassifierAttributes, listener: ModelListener): Promise<Classifier> {
    const { backend, integrity, workerUrl } = attributes;
    const { signal } = this.#release;
    try {
      const classifier = await createClassifier({
        model: urlIn(attributes, 'model'),
        backend,
        integrity: integrity || undefined,
        workerUrl: workerUrl ? urlIn(attributes, 'workerUrl') : undefined,
        signal,
        onProgress: (progress) => {
          if (this.#isReleased) return;
          this.#state = { name: 'loading', progress: progress.progress };
          listener.onProgress(progress);
        },
      });
      this.#state = { name: 'ready', classifier };
      // The model may have been released after the classifier was ready and before this continuation runs.
      if (this.#isReleased) this.release();
      signal.throwIfAborted();
      return classifier;
    } catch (error) {
      this.#state = { name: 'failed' };
      throw isAbort(error) ? error : toHwgqError(error, 'model');
    }
  }
}

/** @throws HwgqError `invalid-option` if the property is not a URL. */
function urlIn(attributes: ClassifierAttributes, name: 'model' | 'workerUrl'): URL {
  const text = attributes[name];
  try {
    if (text) return new URL(text, attributes.baseURI);
  } catch {
    // Reported below, like an empty one.
  }
  const attribute = name === 'model' ? 'model' : 'worker-url';
  throw new HwgqError('invalid-option', `\`${attribute}\` is '${text}', not a valid URL. Set it to the URL of a file.`);
}
