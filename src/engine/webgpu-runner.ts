import { WebGpuExecutable } from '../backends/webgpu/executable.ts';
import { PictureInput } from '../backends/webgpu/picture-input.ts';
import { HwgqError } from '../errors.ts';
import type { AnyPicture } from '../image/deferred-picture.ts';
import type { Model } from '../model/model.ts';
import type { Plan, PlanInput } from '../plan/plan.ts';
import type { StepProfile } from '../plan/step-profile.ts';
import { loadWasmRunner } from './load-wasm-runner.ts';
import { pictureInput, planModel, plannedInputs } from './plan-model.ts';
import { RecoveringDevice } from './recovering-device.ts';
import type {
  AdapterDescription,
  BackendDescription,
  GpuProof,
  NetworkInputs,
  PictureRun,
  Runner,
  SessionOptions,
  VariantName,
} from './runner.ts';

/** A network on a GPU. */
export interface CompiledNetwork {
  readonly plan: Plan;
  /** The convolutions' kernel variants by layer name. */
  readonly variants: ReadonlyMap<string, VariantName>;
}

/** Runs a model on WebGPU. If the device is lost, everything is created again on a new one at the next run. */
export class WebGpuRunner implements Runner {
  /** The comparison that the GPU passed. */
  proof: GpuProof | undefined;
  readonly #model: Model;
  readonly #blobs: readonly string[];
  readonly #options: SessionOptions;
  readonly #device: RecoveringDevice;
  readonly #executables = new Map<string, Promise<WebGpuExecutable>>();
  #pictureInput: Promise<PictureInput> | undefined;

  private constructor(model: Model, blobs: readonly string[], options: SessionOptions, device: RecoveringDevice) {
    this.#model = model;
    this.#blobs = blobs;
    this.#options = options;
    this.#device = device;
    device.onLost = () => {
      this.#executables.clear();
      this.#pictureInput = undefined;
    };
  }

  /**
   * Opens a GPU for a model. Call `compile` before the first run.
   * @throws HwgqError `no-webgpu`; the reason of the option `signal` if it aborts.
   */
  static async open(model: Model, blobs: readonly string[], options: SessionOptions): Promise<WebGpuRunner> {
    return new WebGpuRunner(model, blobs, options, await RecoveringDevice.open(options));
  }

  /**
   * Compiles the network for pictures.
   * @returns the plan, and the convolutions' kernels by layer.
   * @throws HwgqError `unsupported` for a layer or a driver, `out-of-memory`, or `download`.
   */
  async compile(): Promise<CompiledNetwork> {
    const { onProgress } = this.#options;
    const report = (done: number) => onProgress?.('compile', done);
    return this.#run(async () => {
      const { plan, variants } = await this.#executable(pictureInput(this.#model), report);
      return { plan, variants };
    });
  }

  get backend(): BackendDescription {
    return { name: 'webgpu', adapter: this.adapter, proof: this.proof };
  }

  get adapter(): AdapterDescription {
    return this.#device.current.adapter;
  }

  async run(inputs: NetworkInputs, count: number): Promise<readonly Float32Array[]> {
    const { input, values } = plannedInputs(inputs, this.#model.preprocessing.scale);
    return this.#run(async () => (await this.#executable(input)).run(values, count));
  }

  async runPictures(pictures: readonly AnyPicture[]): Promise<PictureRun> {
    const { preprocessing } = this.#model;
    const { device } = this.#device.current;
    if (!pictures.every((picture) => PictureInput.accepts(device, preprocessing, picture))) {
      const { runPreprocessed } = await loadWasmRunner();
      return runPreprocessed(this, pictures, preprocessing);
    }
    const blobs = await this.#run(async () => {
      const executable = await this.#executable(pictureInput(this.#model));
      this.#pictureInput ??= PictureInput.create(this.#device.current.device, preprocessing);
      return executable.runPictures(await this.#pictureInput, pictures);
    });
    return { blobs, preprocessMilliseconds: 0 };
  }

  async profile(inputs: NetworkInputs, count: number, repeats: number): Promise<readonly StepProfile[] | undefined> {
    const { input, values } = plannedInputs(inputs, this.#model.preprocessing.scale);
    return (await this.#executable(input)).profile(values, count, repeats);
  }

  dispose(): void {
    for (const made of this.#executables.values()) made.then((executable) => executable.dispose()).catch(() => {});
    this.#pictureInput?.then((input) => input.dispose()).catch(() => {});
    this.#device.release();
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    return this.#device.run(work).catch((error: unknown) => {
      throw isPipelineError(error) ? shaderRefused(error) : error;
    });
  }

  /** Returns the executable for a kind of input, which is compiled the first time. */
  #executable(input: PlanInput, onProgress: (done: number) => void = () => {}): Promise<WebGpuExecutable> {
    const key = JSON.stringify(input);
    const known = this.#executables.get(key);
    if (known) return known;
    const plan = planModel(this.#model, input, this.#blobs);
    const { kernelChoice: choice = {} } = this.#options;
    const made = WebGpuExecutable.create(this.#device.current, plan, { choice, onProgress });
    this.#executables.set(key, made);
    made.catch(() => this.#executables.delete(key));
    return made;
  }
}

/** Returns whether a driver refused to compile a shader, which can happen to any valid shader. */
function isPipelineError(error: unknown): error is GPUPipelineError {
  return error instanceof Error && error.name === 'GPUPipelineError';
}

function shaderRefused(cause: GPUPipelineError): HwgqError {
  return new HwgqError(
    'unsupported',
    `The GPU's driver does not compile a shader: ${cause.message} Update the browser and the driver, or use backend 'wasm'.`,
    { backend: 'webgpu' },
    { cause },
  );
}
