import type { OpenDevice } from '../backends/webgpu/device.ts';
import { DeviceLease } from '../backends/webgpu/device-lease.ts';
import { WebGpuExecutable } from '../backends/webgpu/executable.ts';
import { PictureInput } from '../backends/webgpu/picture-input.ts';
import { HwgqError } from '../errors.ts';
import { elementCount } from '../graph/shapes.ts';
import type { AnyPicture } from '../image/deferred-picture.ts';
import { takesIntegers } from '../image/input.ts';
import type { Preprocessing } from '../image/preprocessing.ts';
import { type Resampling, resamplingOf } from '../image/resampling.ts';
import type { Model } from '../model/model.ts';
import type { PlanInput } from '../plan/plan.ts';
import { planGraph } from '../plan/plan-graph.ts';
import type { StepProfile } from '../plan/step-profile.ts';
import { gpuOf } from './gpu.ts';
import { toIntegerInputs } from './integer-inputs.ts';
import type { BackendDescription, NetworkInputs, Runner, SessionOptions } from './runner.ts';

/** How long a failed run waits for word that its device is lost. */
const LOSS_GRACE_MS = 500;
/** How often a lost device is asked for again, and how long one request may take: a GPU process that starts anew may forget it. */
const REOPEN_ATTEMPTS = 6;
const REOPEN_PATIENCE_MS = 5000;

/** Runs a model on WebGPU, on the thread's one device. A lost one is replaced, with everything on it, at the next run. */
export class WebGpuRunner implements Runner {
  private readonly executables = new Map<string, Promise<WebGpuExecutable>>();
  private readonly resamplings = new LatestResampling();
  private pictures: Promise<PictureInput> | undefined;
  private readonly underWay = new Set<(reason: Error) => void>();
  private loss: GPUDeviceLostInfo | undefined;
  private reopening: Promise<void> | undefined;

  private constructor(
    private readonly model: Model,
    private readonly blobs: readonly string[],
    private readonly options: SessionOptions,
    private lease: DeviceLease,
    private open: OpenDevice,
  ) {
    this.watch(lease);
  }

  /** @throws HwgqError `no-webgpu`, `unsupported` for a layer or a driver, or `out-of-memory`. */
  static async create(model: Model, blobs: readonly string[], options: SessionOptions): Promise<WebGpuRunner> {
    const usual: PlanInput = { kind: 'integers', unit: model.preprocessing.scale };
    const lease = leaseFor(options);
    const runner = new WebGpuRunner(model, blobs, options, lease, await lease.opening);
    try {
      await runner.recovering(() => runner.executableFor(usual, (done) => options.onProgress?.('compile', done)));
      await runner.run(new Int16Array(elementCount(model.graph.input.shape)), 1);
      options.onProgress?.('warm-up', 1);
    } catch (error) {
      runner.dispose();
      throw error;
    }
    return runner;
  }

  get backend(): BackendDescription {
    return { name: 'webgpu', adapter: this.open.adapter };
  }

  async run(inputs: NetworkInputs, count: number): Promise<readonly Float32Array[]> {
    const { input, values } = this.asPlanned(inputs);
    return this.recovering(async () => (await this.executableFor(input, () => {})).run(values, count));
  }

  runPictures(pictures: readonly AnyPicture[]): Promise<readonly Float32Array[]> | undefined {
    const { preprocessing } = this.model;
    if (!takesIntegers(preprocessing)) return undefined;
    const sources = pictures.flatMap((picture) => {
      const resampling = this.resamplings.of(picture, preprocessing);
      return resampling ? { picture, ...resampling } : [];
    });
    if (sources.length < pictures.length) return undefined;
    const { maxTextureDimension2D } = this.open.device.limits;
    if (pictures.some(({ width, height }) => Math.max(width, height) > maxTextureDimension2D)) return undefined;
    return this.recovering(async () => {
      const executable = await this.executableFor({ kind: 'integers', unit: preprocessing.scale }, () => {});
      return executable.runPictures(await this.pictureInput(), sources);
    });
  }

  async profile(inputs: NetworkInputs, count: number, repeats: number): Promise<readonly StepProfile[] | undefined> {
    const { input, values } = this.asPlanned(inputs);
    return (await this.executableFor(input, () => {})).profile(values, count, repeats);
  }

  dispose(): void {
    for (const made of this.executables.values()) made.then((executable) => executable.dispose()).catch(() => {});
    this.pictures?.then((pictures) => pictures.dispose()).catch(() => {});
    this.lease.release();
  }

  /** Inputs as whole numbers where they are such, and what plan takes them. */
  private asPlanned(inputs: NetworkInputs): { readonly input: PlanInput; readonly values: NetworkInputs } {
    const { scale } = this.model.preprocessing;
    const whole = inputs instanceof Int16Array ? { values: inputs, unit: scale } : toIntegerInputs(inputs, scale);
    return whole
      ? { input: { kind: 'integers', unit: whole.unit }, values: whole.values }
      : { input: { kind: 'floats' }, values: inputs };
  }

  /** Does work on the device, and once more on a new one where that was lost. */
  private async recovering<T>(work: () => Promise<T>): Promise<T> {
    if (this.loss) await this.reopen(this.loss);
    const { device } = this.open;
    try {
      return await this.untilLost(work);
    } catch (error) {
      const loss = await this.lossBehind(error, device);
      if (!loss) throw isKernelRefusal(error) ? kernelRefused(error) : error;
      // Another run may have opened a new one by now.
      if (this.open.device === device) await this.reopen(loss);
      return this.untilLost(work);
    }
  }

  /** Fails when the device is lost: what runs on it may then never end. */
  private untilLost<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.underWay.add(reject);
      work()
        .then(resolve, reject)
        .finally(() => this.underWay.delete(reject));
    });
  }

  private pictureInput(): Promise<PictureInput> {
    const { channels, mean } = this.model.preprocessing;
    const means = mean.kind === 'channels' ? mean.values : [];
    this.pictures ??= PictureInput.create(this.open.device, { channels, mean: means });
    return this.pictures;
  }

  private executableFor(input: PlanInput, onProgress: (done: number) => void): Promise<WebGpuExecutable> {
    const key = JSON.stringify(input);
    const known = this.executables.get(key);
    if (known) return known;
    const plan = planGraph(this.model.graph, input, this.blobs);
    const { kernelChoice: choice = {} } = this.options;
    const made = WebGpuExecutable.create(this.open, plan, { choice, onProgress });
    this.executables.set(key, made);
    made.catch(() => this.executables.delete(key));
    return made;
  }

  private watch(lease: DeviceLease): void {
    this.loss = undefined;
    lease.onLost = (loss) => {
      this.loss = loss;
      for (const fail of this.underWay) fail(new Error('The device was lost in the middle of a run.'));
      this.executables.clear();
      this.pictures = undefined;
    };
  }

  /** The loss that made a run fail. Calls on a lost device may fail a little before it says that it is lost. */
  private async lossBehind(error: unknown, device: GPUDevice): Promise<GPUDeviceLostInfo | undefined> {
    if (error instanceof HwgqError) return undefined;
    return Promise.race([device.lost, pause(LOSS_GRACE_MS).then(() => undefined)]);
  }

  /** Opens a new device, once for all runs that ask for it meanwhile. */
  private reopen(loss: GPUDeviceLostInfo): Promise<void> {
    this.reopening ??= this.openAgain(loss).finally(() => {
      this.reopening = undefined;
    });
    return this.reopening;
  }

  private async openAgain({ message }: GPUDeviceLostInfo): Promise<void> {
    let cause: unknown;
    for (let attempt = 0; attempt < REOPEN_ATTEMPTS; attempt++) {
      this.lease.release();
      this.lease = leaseFor(this.options);
      try {
        this.open = await inTime(this.lease.opening, REOPEN_PATIENCE_MS);
        return this.watch(this.lease);
      } catch (error) {
        cause = error;
        await pause(LOSS_GRACE_MS);
      }
    }
    throw new HwgqError(
      'device-lost',
      `The GPU was lost (${message || 'no reason given'}) and did not come back. Reload the page, or use backend 'wasm'.`,
      {},
      { cause },
    );
  }
}

/** Every driver compiles shaders by its own rules, some of them wrong. */
function isKernelRefusal(error: unknown): error is GPUPipelineError {
  return error instanceof Error && error.name === 'GPUPipelineError';
}

function kernelRefused(cause: GPUPipelineError): HwgqError {
  return new HwgqError(
    'unsupported',
    `The GPU does not compile a kernel: ${cause.message} Update the browser and the GPU's driver, or use backend 'wasm'.`,
    { backend: 'webgpu' },
    { cause },
  );
}

function leaseFor(options: SessionOptions): DeviceLease {
  return new DeviceLease(gpuOf(options), options.powerPreference);
}

function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  const late = pause(milliseconds).then((): never => {
    throw new Error(`There was no answer within ${milliseconds} ms.`);
  });
  late.catch(() => {});
  return Promise.race([work, late]);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Pictures often have the last one's size: frames of a camera always. */
class LatestResampling {
  private latest: { readonly width: number; readonly height: number; readonly resampling: Resampling | undefined } = {
    width: 0,
    height: 0,
    resampling: undefined,
  };

  of({ width, height }: AnyPicture, preprocessing: Preprocessing): Resampling | undefined {
    if (this.latest.width !== width || this.latest.height !== height) {
      this.latest = { width, height, resampling: resamplingOf({ width, height }, preprocessing) };
    }
    return this.latest.resampling;
  }
}
