import { type Classifier, createClassifier, HwgqError, type LoadProgress } from '../client/index.ts';
import type { ClassifierAttributes } from './attributes.ts';

/** What a model tells; nothing after its release. */
export interface ModelListener {
  onProgress(progress: LoadProgress): void;
  onReady(classifier: Classifier): void;
  /** Called once, after all others, whether it is ready or has failed. */
  onSettled(): void;
}

/** One model: on its way, there, or failed. */
export class LoadedModel {
  /** @throws HwgqError as `createClassifier`, `invalid-option` for an attribute that is no address; the same each time. */
  readonly classifier: Promise<Classifier>;
  readonly #listener: ModelListener;
  readonly #end = new AbortController();
  #ready: Classifier | undefined;

  constructor(attributes: ClassifierAttributes, listener: ModelListener) {
    this.#listener = listener;
    this.classifier = this.#load(attributes);
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

  async #load(attributes: ClassifierAttributes): Promise<Classifier> {
    const { signal } = this.#end;
    try {
      const classifier = await createClassifier({
        model: addressIn(attributes, 'model'),
        backend: attributes.backend,
        ...(attributes.integrity ? { integrity: attributes.integrity } : {}),
        ...(attributes.workerUrl ? { workerUrl: addressIn(attributes, 'worker-url') } : {}),
        signal,
        onProgress: (progress) => {
          if (!signal.aborted) this.#listener.onProgress(progress);
        },
      });
      this.#ready = classifier;
      // It may have been released in the very moment it came.
      if (signal.aborted) this.release();
      signal.throwIfAborted();
      this.#listener.onReady(classifier);
      return classifier;
    } finally {
      if (!signal.aborted) this.#listener.onSettled();
    }
  }
}

/** @throws HwgqError `invalid-option` for an attribute that is no address. */
function addressIn(element: Element, attribute: string): URL {
  const text = element.getAttribute(attribute) ?? '';
  if (text && URL.canParse(text, element.baseURI)) return new URL(text, element.baseURI);
  throw new HwgqError('invalid-option', `${attribute} is '${text}'; the address of a file is accepted.`);
}
