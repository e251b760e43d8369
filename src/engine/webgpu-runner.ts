import { type OpenDevice, openDevice } from '../backends/webgpu/device.ts';
import { WebGpuExecutable } from '../backends/webgpu/executable.ts';
import { HwgqError } from '../errors.ts';
import { elementCount } from '../graph/shapes.ts';
import type { Model } from '../model/model.ts';
import { softmax } from '../numerics/softmax.ts';
import { type PlanInput, planGraph } from '../plan/lower.ts';
import type { Plan } from '../plan/plan.ts';
import type { BackendDescription, NetworkInputs, Runner, SessionOptions } from './session.ts';
import { toWholeNumbers } from './whole-numbers.ts';

/** Runs a model on WebGPU. A lost device is replaced, with everything on it, at the next run. */
export class WebGpuRunner implements Runner {
  private readonly executables = new Map<string, Promise<{ plan: Plan; executable: WebGpuExecutable }>>();
  private isDisposed = false;

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
    try {
      return await this.runOn(input, whole?.values ?? inputs, count);
    } catch (error) {
      const lost = await Promise.race([this.open.device.lost, undefined]);
      if (!lost || this.isDisposed) throw error;
      await this.reopen(lost.message);
      return this.runOn(input, whole?.values ?? inputs, count);
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.executables.clear();
    this.open.device.destroy();
  }

  private async runOn(input: PlanInput, inputs: NetworkInputs, count: number): Promise<readonly Float32Array[]> {
    const { plan, executable } = await this.executableFor(input, () => {});
    const results = await executable.run(inputs, count);
    return results.map((values, index) => {
      const output = plan.outputs[index];
      if (!output?.softmax) return values;
      const channels = plan.tensors[output.tensor]?.shape.channels ?? 1;
      const length = values.length / count;
      const images = Array.from({ length: count }, (_, image) =>
        softmax(values.subarray(image * length, (image + 1) * length), channels),
      );
      return Float32Array.from(images.flatMap((image) => Array.from(image)));
    });
  }

  private executableFor(
    input: PlanInput,
    onProgress: (done: number) => void,
  ): Promise<{ plan: Plan; executable: WebGpuExecutable }> {
    const key = JSON.stringify(input);
    const known = this.executables.get(key);
    if (known) return known;
    const plan = planGraph(this.model.graph, input, this.blobs);
    const made = WebGpuExecutable.create(this.open.device, plan, onProgress).then((executable) => ({
      plan,
      executable,
    }));
    this.executables.set(key, made);
    return made;
  }

  private watch({ device }: OpenDevice): void {
    void device.lost.then(() => this.executables.clear());
  }

  private async reopen(reason: string): Promise<void> {
    try {
      this.open = await openDevice(gpuOf(this.options), this.options.powerPreference);
    } catch (error) {
      throw new HwgqError(
        'device-lost',
        `The GPU was lost (${reason || 'no reason given'}) and did not come back. Reload the page, or use backend 'reference'.`,
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
