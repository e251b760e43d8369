import { WasmExecutable } from '../backends/wasm/executable.ts';
import type { SimdLevel } from '../backends/wasm/modules.ts';
import type { Model } from '../model/model.ts';
import { type PlanInput, planGraph } from '../plan/lower.ts';
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
    const { scale } = this.model.preprocessing;
    const whole = inputs instanceof Int16Array ? { values: inputs, unit: scale } : toWholeNumbers(inputs, scale);
    const executable = await this.executableFor(whole ? { kind: 'integers', unit: whole.unit } : { kind: 'floats' });
    return executable.run(whole?.values ?? inputs, count);
  }

  dispose(): void {
    for (const made of this.executables.values()) void made.then((executable) => executable.dispose());
    this.executables.clear();
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
