import { WasmExecutable } from '../backends/wasm/executable.ts';
import type { SimdLevel } from '../backends/wasm/simd.ts';
import { endIdleThreads } from '../backends/wasm/thread-pool.ts';
import { HwgqError, missingPart } from '../errors.ts';
import type { Model } from '../model/model.ts';
import type { Plan, PlanInput } from '../plan/plan.ts';
import { planGraph } from '../plan/plan-graph.ts';
import type { StepProfile } from '../plan/step-profile.ts';
import { toIntegerInputs } from './integer-inputs.ts';
import type { BackendDescription, NetworkInputs, Runner, SessionOptions } from './runner.ts';
import { isSmall, wasmOptions } from './wasm-options.ts';

/** Runs a model on WebAssembly. */
export class WasmRunner implements Runner {
  /** Why WebGPU was not taken, where the caller did not name a backend. */
  fallbackReason: string | undefined;
  private threadsReason: string | undefined;
  private readonly executables = new Map<string, Promise<WasmExecutable>>();

  private constructor(
    private readonly model: Model,
    private readonly blobs: readonly string[],
    private readonly simd: SimdLevel,
    private readonly isShared: boolean,
    private threads: number,
    private readonly areThreadsAskedFor: boolean,
  ) {}

  /** @throws HwgqError `no-wasm`, `unsupported` naming the layer, `out-of-memory`, or `worker` for threads asked for. */
  static async create(model: Model, blobs: readonly string[], options: SessionOptions): Promise<WasmRunner> {
    const { simd, threads } = wasmOptions(options);
    const areAskedFor = options.threads !== undefined;
    const usual: PlanInput = { kind: 'integers', unit: model.preprocessing.scale };
    const plan = planGraph(model.graph, usual, blobs);
    const isAlone = !areAskedFor && isSmall(plan);
    if (isAlone) endIdleThreads();
    // The kernels that have been compiled meanwhile are those for as many threads as there may be.
    const runner = new WasmRunner(model, blobs, simd, threads > 1, isAlone ? 1 : threads, areAskedFor);
    await runner.onThreads(() => runner.executableFor(usual, plan));
    options.onProgress?.('compile', 1);
    options.onProgress?.('warm-up', 1);
    return runner;
  }

  get backend(): BackendDescription {
    const { simd, threads, fallbackReason, threadsReason } = this;
    return {
      name: 'wasm',
      simd,
      threads,
      ...(fallbackReason === undefined ? {} : { fallbackReason }),
      ...(threadsReason === undefined ? {} : { threadsReason }),
    };
  }

  async run(inputs: NetworkInputs, count: number): Promise<readonly Float32Array[]> {
    return this.onThreads(async () => {
      const { executable, values } = await this.prepare(inputs);
      return executable.run(values, count);
    });
  }

  /** One image at a time runs through all steps, so a batch's step takes its images' sum. */
  async profile(inputs: NetworkInputs, count: number, repeats: number): Promise<readonly StepProfile[]> {
    // Most pages do without.
    const { profileStep } = await import('../plan/step-profile.ts').catch(missingPart);
    await this.run(inputs, count);
    const { executable } = await this.prepare(inputs);
    const runs = Array.from({ length: repeats }, () => executable.profile());
    return executable.plan.steps.map((step) => {
      const times = runs.map((run) =>
        run.reduce((sum, call) => sum + (call.step === step ? count * call.milliseconds : 0), 0),
      );
      return profileStep(executable.plan, step, times);
    });
  }

  dispose(): void {
    for (const made of this.executables.values()) made.then((executable) => executable.dispose()).catch(() => {});
    this.executables.clear();
  }

  /** Does work, and once more on one thread where threads fail that nobody asked for. */
  private async onThreads<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof HwgqError && error.code === 'worker')) throw error;
      this.dispose();
      if (this.areThreadsAskedFor) throw error;
      this.threads = 1;
      this.threadsReason = error.message;
      return work();
    }
  }

  /** The executable for such inputs, and the inputs as it takes them. */
  private async prepare(inputs: NetworkInputs): Promise<{ executable: WasmExecutable; values: NetworkInputs }> {
    const { scale } = this.model.preprocessing;
    const whole = inputs instanceof Int16Array ? { values: inputs, unit: scale } : toIntegerInputs(inputs, scale);
    const executable = await this.executableFor(whole ? { kind: 'integers', unit: whole.unit } : { kind: 'floats' });
    return { executable, values: whole?.values ?? inputs };
  }

  private executableFor(input: PlanInput, plan?: Plan): Promise<WasmExecutable> {
    const key = JSON.stringify(input);
    const known = this.executables.get(key);
    if (known) return known;
    const { simd, threads, isShared } = this;
    const made = WasmExecutable.create(plan ?? planGraph(this.model.graph, input, this.blobs), {
      simd,
      threads,
      isShared,
    });
    this.executables.set(key, made);
    made.catch(() => this.executables.delete(key));
    return made;
  }
}
