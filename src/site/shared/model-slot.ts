import { rememberedKernels } from '../../bench/remembered-kernels.ts';
import { type BackendName, type Classifier, createClassifier, type LoadProgress } from '../../client/index.ts';
import type { ModelOffer } from './shipped-models.ts';

/** The place of the running model: another one gets ready beside it, and takes the place only once it is. */
export class ModelSlot {
  readonly #onProgress: (offer: ModelOffer, progress: LoadProgress | undefined) => void;
  #classifier: Classifier | undefined;
  #loading: AbortController | undefined;

  /** `onProgress` is called with no progress when loading has ended, one way or the other. */
  constructor(onProgress: (offer: ModelOffer, progress: LoadProgress | undefined) => void) {
    this.#onProgress = onProgress;
  }

  get classifier(): Classifier | undefined {
    return this.#classifier;
  }

  /**
   * Makes a model ready and puts it in the place of the running one, which is disposed of.
   * @returns the classifier, or undefined where another `load` came meanwhile.
   * @throws HwgqError as `createClassifier`; the running model stays.
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
