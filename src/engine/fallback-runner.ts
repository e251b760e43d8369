import { HwgqError } from '../errors.ts';
import type { AnyPicture } from '../image/deferred-picture.ts';
import type { StepProfile } from '../plan/step-profile.ts';
import type { BackendDescription, NetworkInputs, Runner } from './runner.ts';

/** Runs on the GPU, and on something else from when that is lost for good. */
export class FallbackRunner implements Runner {
  private replacing: Promise<void> | undefined;

  /** @param withoutGpu makes what to go on with; it is told of the loss. */
  constructor(
    private current: Runner,
    private readonly withoutGpu: (loss: string) => Promise<Runner>,
  ) {}

  get backend(): BackendDescription {
    return this.current.backend;
  }

  run(inputs: NetworkInputs, count: number): Promise<readonly Float32Array[]> {
    return this.lasting((runner) => runner.run(inputs, count));
  }

  runPictures(pictures: readonly AnyPicture[]): Promise<readonly Float32Array[] | undefined> {
    return this.lasting(async (runner) => runner.runPictures?.(pictures));
  }

  profile(inputs: NetworkInputs, count: number, repeats: number): Promise<readonly StepProfile[] | undefined> {
    return this.lasting(async (runner) => runner.profile?.(inputs, count, repeats));
  }

  dispose(): void {
    this.current.dispose();
  }

  private async lasting<T>(work: (runner: Runner) => Promise<T>): Promise<T> {
    const { current } = this;
    try {
      return await work(current);
    } catch (error) {
      if (!(error instanceof HwgqError && error.code === 'device-lost')) throw error;
      // Another run may have replaced it by now.
      if (this.current === current) await this.replace(error.message);
      return work(this.current);
    }
  }

  private replace(loss: string): Promise<void> {
    const { current } = this;
    this.replacing ??= this.withoutGpu(loss)
      .then((runner) => {
        this.current = runner;
        current.dispose();
      })
      .finally(() => {
        this.replacing = undefined;
      });
    return this.replacing;
  }
}
