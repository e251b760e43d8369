import { rememberedKernels } from '../../bench/remembered-kernels.ts';
import {
  type BackendDescription,
  type BackendName,
  type Classifier,
  createClassifier,
  type LoadProgress,
} from '../../client/index.ts';
import type { ModelOffer } from './shipped-models.ts';

/** Holds the running classifier. A new model loads beside it and replaces it only when it is ready. */
export class ModelSlot {
  readonly #onProgress: (offer: ModelOffer, progress: LoadProgress | undefined) => void;
  readonly #onBackendChange: (backend: BackendDescription) => void;
  #classifier: Classifier | undefined;
  #loading: AbortController | undefined;

  /**
   * @param onProgress called with undefined when loading ends, successfully or not.
   * @param onBackendChange called when the running classifier has changed its backend.
   */
  constructor(
    onProgress: (offer: ModelOffer, progress: LoadProgress | undefined) => void,
    onBackendChange: (backend: BackendDescription) => void = () => {},
  ) {
    this.#onProgress = onProgress;
    this.#onBackendChange = onBackendChange;
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
        onBackendChange: (backend) => {
          if (this.#loading === loading) this.#onBackendChange(backend);
        },
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
