import { WasmExecutable } from '../backends/wasm/executable.ts';
import type { SimdLevel } from '../backends/wasm/modules.ts';
import type { Model } from '../model/model.ts';
import { type PlanInput, planGraph } from '../plan/lower.ts';
import { profileStep, type StepProfile } from '../plan/step-profile.ts';
import type { BackendDescription, NetworkInputs, Runner, SessionOptions } from './session.ts';
import { wasmOptions } from './wasm-options.ts';
import { toWholeNumbers } from './whole-numbers.ts';

/** Runs a model on WebAssembly. */
export class WasmRunner implements Runner {
  /** Why WebGPU was not taken, where the caller did not name a backend. */
  fallbackReason: string | undefined;
  private readonly executables = new Map<string, Promise<WasmExecutable>>();

  private constructor(
    private readonly model: Model,
    private readonly blobs: readonly string[],
    private readonly simd: SimdLevel,
    private readonly threads: number,
  ) {}

  /** @throws HwgqError `no-wasm`, `unsupported` naming the layer, or `out-of-memory`. */
  static async create(model: Model, blobs: readonly string[], options: SessionOptions): Promise<WasmRunner> {
    const { simd, threads } = wasmOptions(options);
    const runner = new WasmRunner(model, blobs, simd, threads);
    await runner.executableFor({ kind: 'integers', unit: model.preprocessing.scale });
    options.onProgress?.('compile', 1);
    options.onProgress?.('warm-up', 1);
    return runner;
  }

  get backend(): BackendDescription {
    const { simd, threads, fallbackReason } = this;
    return { name: 'wasm', simd, threads, ...(fallbackReason === undefined ? {} : { fallbackReason }) };
  }

  async run(inputs: NetworkInputs, count: number): Promise<readonly Float32Array[]> {
    const { executable, values } = await this.prepare(inputs);
    return executable.run(values, count);
  }

  /** One image at a time runs through all steps, so a batch's step takes its images' sum. */
  async profile(inputs: NetworkInputs, count: number, repeats: number): Promise<readonly StepProfile[]> {
    const { executable, values } = await this.prepare(inputs);
    await executable.run(values, count);
    const runs = Array.from({ length: repeats }, () => executable.profile());
    return executable.plan.steps.map((step) => {
      const times = runs.map((run) =>
        run.reduce((sum, call) => sum + (call.step === step ? count * call.milliseconds : 0), 0),
      );
      return profileStep(executable.plan, step, times);
    });
  }

  dispose(): void {
    for (const made of this.executables.values()) void made.then((executable) => executable.dispose());
    this.executables.clear();
  }

  /** The executable for such inputs, and the inputs as it takes them. */
  private async prepare(inputs: NetworkInputs): Promise<{ executable: WasmExecutable; values: NetworkInputs }> {
    const { scale } = this.model.preprocessing;
    const whole = inputs instanceof Int16Array ? { values: inputs, unit: scale } : toWholeNumbers(inputs, scale);
    const executable = await this.executableFor(whole ? { kind: 'integers', unit: whole.unit } : { kind: 'floats' });
    return { executable, values: whole?.values ?? inputs };
  }

  private executableFor(input: PlanInput): Promise<WasmExecutable> {
    const key = JSON.stringify(input);
    const known = this.executables.get(key);
    if (known) return known;
    const { simd, threads } = this;
    const made = WasmExecutable.create(planGraph(this.model.graph, input, this.blobs), { simd, threads });
    this.executables.set(key, made);
    made.catch(() => this.executables.delete(key));
    return made;
  }
}
