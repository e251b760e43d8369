import { type Classifier, createClassifier, HwgqError, type LoadProgress } from '../client/index.ts';
import type { ClassifierAttributes } from './attributes.ts';
import { isGivenUp, typed } from './failures.ts';

/** What a model tells; nothing after its release. */
export interface ModelListener {
  onProgress(progress: LoadProgress): void;
  onReady(classifier: Classifier): void;
  onFailure(error: unknown): void;
}

/** One model: on its way, there, or failed. */
export class LoadedModel {
  /** @throws HwgqError as `createClassifier`, `invalid-option` for an attribute that is no address; the same each time. */
  readonly classifier: Promise<Classifier>;
  readonly #end = new AbortController();
  #ready: Classifier | undefined;

  constructor(attributes: ClassifierAttributes, listener: ModelListener) {
    this.classifier = this.#load(attributes, listener);
    // Not earlier than its owner has it.
    this.classifier.then(
      (classifier) => this.#isWanted && listener.onReady(classifier),
      (error: unknown) => this.#isWanted && listener.onFailure(error),
    );
  }

  /** Undefined while it is not there. */
  get ready(): Classifier | undefined {
    return this.#ready;
  }

  /** Frees what it holds, and gives up what is on its way. */
  release(): void {
    this.#end.abort();
    this.#ready?.dispose();
  }

  get #isWanted(): boolean {
    return !this.#end.signal.aborted;
  }

  async #load(attributes: ClassifierAttributes, listener: ModelListener): Promise<Classifier> {
    const { signal } = this.#end;
    try {
      this.#ready = await createClassifier({
        model: addressIn(attributes, 'model'),
        backend: attributes.backend,
        ...(attributes.integrity ? { integrity: attributes.integrity } : {}),
        ...(attributes.workerUrl ? { workerUrl: addressIn(attributes, 'worker-url') } : {}),
        signal,
        onProgress: (progress) => this.#isWanted && listener.onProgress(progress),
      });
      // It may have been released in the very moment it came.
      if (!this.#isWanted) this.release();
      signal.throwIfAborted();
      return this.#ready;
    } catch (error) {
      throw isGivenUp(error) ? error : typed(error, 'model');
    }
  }
}

/** @throws HwgqError `invalid-option` for an attribute that is no address. */
function addressIn(element: Element, attribute: string): URL {
  const text = element.getAttribute(attribute) ?? '';
  try {
    if (text) return new URL(text, element.baseURI);
  } catch {
    // It is told below, as an empty one is.
  }
  throw new HwgqError('invalid-option', `${attribute} is '${text}'; the address of a file is accepted.`);
}
