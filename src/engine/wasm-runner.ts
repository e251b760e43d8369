import { WasmExecutable } from '../backends/wasm/executable.ts';
import type { SimdLevel } from '../backends/wasm/simd.ts';
import { endIdleThreads } from '../backends/wasm/thread-pool.ts';
import { HwgqError, missingPart } from '../errors.ts';
import type { AnyPicture } from '../image/deferred-picture.ts';
import { toNetworkInput } from '../image/input.ts';
import { takesIntegers } from '../image/preprocessing.ts';
import type { Model } from '../model/model.ts';
import type { PlanInput } from '../plan/plan.ts';
import type { StepProfile } from '../plan/step-profile.ts';
import { pictureInput, planModel, plannedInputs } from './plan-model.ts';
import type { BackendDescription, NetworkInputs, PictureRun, Runner, SessionOptions } from './runner.ts';
import { isSmall, wasmOptions } from './wasm-options.ts';

/** The code that prepares pictures on the CPU is part of this file. Other backends load it if they need that. */
export { runPreprocessed } from './cpu-preprocessing.ts';

/** The configuration of WebAssembly for a model. */
interface Configuration {
  readonly simd: SimdLevel;
  readonly threads: number;
  /** Whether the caller set `threads`: then a thread that fails is an error. */
  readonly areThreadsRequired: boolean;
  /** Whether the memory can be shared between threads. */
  readonly isShared: boolean;
}

/** Runs a model on WebAssembly. */
export class WasmRunner implements Runner {
  /** The reason why `auto` did not choose WebGPU. */
  fallbackReason: string | undefined;
  readonly #model: Model;
  readonly #blobs: readonly string[];
  readonly #configuration: Configuration;
  #threads: number;
  #threadsReason: string | undefined;
  readonly #executables = new Map<string, Promise<WasmExecutable>>();

  private constructor(model: Model, blobs: readonly string[], configuration: Configuration) {
    this.#model = model;
    this.#blobs = blobs;
    this.#configuration = configuration;
    this.#threads = configuration.threads;
  }

  /**
   * @throws HwgqError `no-wasm`, `unsupported` naming the layer, `out-of-memory`, or `worker` if `threads` is set and a
   *   thread fails.
   */
  static async create(model: Model, blobs: readonly string[], options: SessionOptions): Promise<WasmRunner> {
    const { simd, threads } = wasmOptions(options);
    const areThreadsRequired = options.threads !== undefined;
    const input = pictureInput(model);
    const plan = planModel(model, input, blobs);
    const isSingle = !areThreadsRequired && isSmall(plan);
    if (isSingle) endIdleThreads();
    // `prepareSession` has begun to compile the kernels for shared memory if several threads are possible.
    const isShared = threads > 1;
    const configuration = { simd, threads: isSingle ? 1 : threads, areThreadsRequired, isShared };
    const runner = new WasmRunner(model, blobs, configuration);
    await runner.#withThreads(() => runner.#executable(input));
    options.onProgress?.('compile', 1);
    options.onProgress?.('warm-up', 1);
    return runner;
  }

  get backend(): BackendDescription {
    const { fallbackReason } = this;
    const { simd } = this.#configuration;
    return { name: 'wasm', simd, threads: this.#threads, threadsReason: this.#threadsReason, fallbackReason };
  }

  async run(inputs: NetworkInputs, count: number): Promise<readonly Float32Array[]> {
    const { input, values } = plannedInputs(inputs, this.#model.preprocessing.scale);
    return this.#withThreads(async () => (await this.#executable(input)).run(values, count));
  }

  async runPictures(pictures: readonly AnyPicture[]): Promise<PictureRun> {
    const { preprocessing } = this.#model;
    const input = pictureInput(this.#model);
    if (takesIntegers(preprocessing)) {
      return this.#withThreads(async () => (await this.#executable(input)).runPictures(pictures));
    }
    const start = performance.now();
    const bytes = await this.#withThreads(async () => (await this.#executable(input)).toInputBytes(pictures));
    const inputs = toNetworkInput(bytes, preprocessing);
    const preprocessMilliseconds = performance.now() - start;
    return { blobs: await this.run(inputs, pictures.length), preprocessMilliseconds };
  }

  /** Times the calls of one image and multiplies them by `count`: a batch runs image by image. */
  async profile(inputs: NetworkInputs, count: number, repeats: number): Promise<readonly StepProfile[]> {
    const { profileStep } = await import('../plan/step-profile.ts').catch(missingPart);
    await this.run(inputs, count);
    const executable = await this.#executable(plannedInputs(inputs, this.#model.preprocessing.scale).input);
    const runs = await Promise.all(Array.from({ length: repeats }, () => executable.profile()));
    return executable.plan.steps.map((step) => {
      const times = runs.map((run) =>
        run.reduce((sum, call) => sum + (call.step === step ? count * call.milliseconds : 0), 0),
      );
      return profileStep(executable.plan, step, times);
    });
  }

  dispose(): void {
    for (const made of this.#executables.values()) made.then((executable) => executable.dispose()).catch(() => {});
    this.#executables.clear();
  }

  /** Runs work, and repeats it on one thread if the default threads fail. */
  async #withThreads<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof HwgqError && error.code === 'worker')) throw error;
      this.dispose();
      if (this.#configuration.areThreadsRequired) throw error;
      this.#threads = 1;
      this.#threadsReason = error.message;
      return work();
    }
  }

  /** Returns the executable for a kind of input, which is created the first time. */
  #executable(input: PlanInput): Promise<WasmExecutable> {
    const key = JSON.stringify(input);
    const known = this.#executables.get(key);
    if (known) return known;
    const { simd, isShared } = this.#configuration;
    const { preprocessing } = this.#model;
    const isPictureInput = input.kind === 'integers' && input.unit === preprocessing.scale;
    const options = {
      simd,
      isShared,
      threads: this.#threads,
      preprocessing: isPictureInput ? preprocessing : undefined,
    };
    const made = WasmExecutable.create(planModel(this.#model, input, this.#blobs), options);
    this.#executables.set(key, made);
    made.catch(() => this.#executables.delete(key));
    return made;
  }
}
