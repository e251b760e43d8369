import { HwgqError } from '../errors.ts';
import type { AnyPicture } from '../image/deferred-picture.ts';
import type { StepProfile } from '../plan/step-profile.ts';
import type { BackendDescription, NetworkInputs, PictureRun, Runner } from './runner.ts';

/** Runs on the GPU, and on a fallback once the GPU is lost for good. */
export class FallbackRunner implements Runner {
  #current: Runner;
  readonly #createFallback: (loss: string) => Promise<Runner>;
  readonly #onBackendChange: (backend: BackendDescription) => void;
  #replacing: Promise<void> | undefined;

  /** @param createFallback creates the runner to continue on, given the message of the loss. */
  constructor(
    gpu: Runner,
    createFallback: (loss: string) => Promise<Runner>,
    onBackendChange: (backend: BackendDescription) => void = () => {},
  ) {
    this.#current = gpu;
    this.#createFallback = createFallback;
    this.#onBackendChange = onBackendChange;
  }

  get backend(): BackendDescription {
    return this.#current.backend;
  }

  run(inputs: NetworkInputs, count: number): Promise<readonly Float32Array[]> {
    return this.#withFallback((runner) => runner.run(inputs, count));
  }

  runPictures(pictures: readonly AnyPicture[]): Promise<PictureRun> {
    return this.#withFallback((runner) => runner.runPictures(pictures));
  }

  profile(inputs: NetworkInputs, count: number, repeats: number): Promise<readonly StepProfile[] | undefined> {
    return this.#withFallback(async (runner) => runner.profile?.(inputs, count, repeats));
  }

  dispose(): void {
    this.#current.dispose();
  }

  async #withFallback<T>(work: (runner: Runner) => Promise<T>): Promise<T> {
    const current = this.#current;
    try {
      return await work(current);
    } catch (error) {
      if (!(error instanceof HwgqError && error.code === 'device-lost')) throw error;
      // An overlapping run may have replaced the runner already.
      if (this.#current === current) await this.#replace(error.message);
      return work(this.#current);
    }
  }

  #replace(loss: string): Promise<void> {
    const lost = this.#current;
    this.#replacing ??= this.#createFallback(loss)
      .then((runner) => {
        this.#current = runner;
        lost.dispose();
        this.#onBackendChange(this.backend);
      })
      .finally(() => {
        this.#replacing = undefined;
      });
    return this.#replacing;
  }
}
