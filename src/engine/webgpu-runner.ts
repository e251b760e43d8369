import { type OpenDevice, openDevice } from '../backends/webgpu/device.ts';
import { WebGpuExecutable } from '../backends/webgpu/executable.ts';
import { HwgqError } from '../errors.ts';
import { elementCount } from '../graph/shapes.ts';
import type { Model } from '../model/model.ts';
import { fuseSteps } from '../plan/fuse.ts';
import { type PlanInput, planGraph } from '../plan/lower.ts';
import type { BackendDescription, NetworkInputs, Runner, SessionOptions } from './session.ts';
import { toWholeNumbers } from './whole-numbers.ts';

/** How long a failed run waits for word that its device is lost. */
const LOSS_GRACE_MS = 500;

/** Runs a model on WebGPU. A lost device is replaced, with everything on it, at the next run. */
export class WebGpuRunner implements Runner {
  private readonly executables = new Map<string, Promise<WebGpuExecutable>>();
  private isDisposed = false;
  private loss: GPUDeviceLostInfo | undefined;

  private constructor(
    private readonly model: Model,
    private readonly blobs: readonly string[],
    private readonly options: SessionOptions,
    private open: OpenDevice,
  ) {
    this.watch(open);
  }

  /** @throws HwgqError `no-webgpu`, `unsupported` naming the layer, or `out-of-memory`. */
  static async create(model: Model, blobs: readonly string[], options: SessionOptions): Promise<WebGpuRunner> {
    const usual: PlanInput = { kind: 'integers', unit: model.preprocessing.scale };
    planGraph(model.graph, usual, blobs);
    const open = await openDevice(gpuOf(options), options.powerPreference);
    const runner = new WebGpuRunner(model, blobs, options, open);
    try {
      await runner.executableFor(usual, (done) => options.onProgress?.('compile', done));
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
    const { scale } = this.model.preprocessing;
    const whole = inputs instanceof Int16Array ? { values: inputs, unit: scale } : toWholeNumbers(inputs, scale);
    const input: PlanInput = whole ? { kind: 'integers', unit: whole.unit } : { kind: 'floats' };
    const values = whole?.values ?? inputs;
    if (this.loss) await this.reopen(this.loss);
    try {
      return await this.runOn(input, values, count);
    } catch (error) {
      const loss = await this.lossBehind(error);
      if (!loss) throw error;
      await this.reopen(loss);
      return this.runOn(input, values, count);
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.executables.clear();
    this.open.device.destroy();
  }

  private async runOn(input: PlanInput, inputs: NetworkInputs, count: number): Promise<readonly Float32Array[]> {
    return (await this.executableFor(input, () => {})).run(inputs, count);
  }

  private executableFor(input: PlanInput, onProgress: (done: number) => void): Promise<WebGpuExecutable> {
    const key = JSON.stringify(input);
    const known = this.executables.get(key);
    if (known) return known;
    const plan = fuseSteps(planGraph(this.model.graph, input, this.blobs));
    const { kernelChoice: choice = {} } = this.options;
    const made = WebGpuExecutable.create(this.open, plan, { choice, onProgress });
    this.executables.set(key, made);
    made.catch(() => this.executables.delete(key));
    return made;
  }

  private watch({ device }: OpenDevice): void {
    this.loss = undefined;
    void device.lost.then((loss) => {
      this.loss = loss;
      this.executables.clear();
    });
  }

  /** The loss that made a run fail. Calls on a lost device may fail a little before it says that it is lost. */
  private async lossBehind(error: unknown): Promise<GPUDeviceLostInfo | undefined> {
    if (error instanceof HwgqError || this.isDisposed) return undefined;
    const grace = new Promise<undefined>((resolve) => setTimeout(resolve, LOSS_GRACE_MS));
    return Promise.race([this.open.device.lost, grace]);
  }

  private async reopen({ message }: GPUDeviceLostInfo): Promise<void> {
    try {
      this.open = await openDevice(gpuOf(this.options), this.options.powerPreference);
    } catch (error) {
      throw new HwgqError(
        'device-lost',
        `The GPU was lost (${message || 'no reason given'}) and did not come back. Reload the page, or use backend 'reference'.`,
        {},
        { cause: error },
      );
    }
    this.watch(this.open);
  }
}

function gpuOf(options: SessionOptions): GPU | undefined {
  return options.gpu ?? (typeof navigator === 'undefined' ? undefined : navigator.gpu);
}
