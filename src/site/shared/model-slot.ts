import { rememberedKernels } from '../../bench/remembered-kernels.ts';
import { type BackendName, type Classifier, createClassifier, type LoadProgress } from '../../client/index.ts';
import type { ModelOffer } from './shipped-models.ts';

/** Holds the running classifier. A new model loads beside it and replaces it only when it is ready. */
export class ModelSlot {
  readonly #onProgress: (offer: ModelOffer, progress: LoadProgress | undefined) => void;
  #classifier: Classifier | undefined;
  #loading: AbortController | undefined;

  /** @param onProgress called with undefined when loading ends, successfully or not. */
  constructor(onProgress: (offer: ModelOffer, progress: LoadProgress | undefined) => void) {
    this.#onProgress = onProgress;
  }

  get classifier(): Classifier | undefined {
    return this.#classifier;
  }

  /**
   * Loads a model, replaces the running one with it, and disposes of the latter.
   * @returns the classifier, or undefined if another `load` started in the meantime.
   * @throws HwgqError as `createClassifier`; the running model is kept.
   */
  async load(offer: ModelOffer, backend: BackendName | 'auto'): Promise<Classifier | undefined> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    try {
      const classifier = await createClassifier({
        model: offer.source,
        backend,
        kernelChoice: await rememberedKernels(),
        signal: loading.signal,
        onProgress: (progress) => {
          if (!loading.signal.aborted) this.#onProgress(offer, progress);
        },
      });
      this.#classifier?.dispose();
      this.#classifier = classifier;
      return classifier;
    } catch (error) {
      if (loading.signal.aborted) return undefined;
      throw error;
    } finally {
      if (!loading.signal.aborted) this.#onProgress(offer, undefined);
    }
  }
}
