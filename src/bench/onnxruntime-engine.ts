import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { type BenchEngine, type EngineStart, repeated } from './bench-engine.ts';
import type { OnnxRuntimeCandidate } from './candidate.ts';

type OnnxRuntime = typeof import('onnxruntime-web');

/** The smallest build of onnxruntime-web that includes the backend. */
const BUILDS = { wasm: 'ort.wasm.min.mjs', webgpu: 'ort.webgpu.min.mjs' } as const;

/** `logSeverityLevel` of errors. */
const ERRORS_ONLY = 3;

/** Starts onnxruntime-web, loaded from its own files. */
export async function startOnnxRuntime(start: EngineStart<OnnxRuntimeCandidate>): Promise<BenchEngine> {
  const { candidate, file, input, peersUrl } = start;
  const folder = `${peersUrl}onnxruntime-web/`;
  const ort = (await import(/* @vite-ignore */ `${folder}${BUILDS[candidate.backend]}`)) as OnnxRuntime;
  ort.env.wasm.wasmPaths = folder;
  ort.env.wasm.numThreads = candidate.threads ?? 1;
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(file, {
    executionProviders: [candidate.backend],
    graphOptimizationLevel: 'all',
    // On WebGPU it warns that the float64 sums of the exact export run on the CPU.
    logSeverityLevel: ERRORS_ONLY,
  });
  return new OnnxRuntimeEngine(ort, session, input.floats, input.shape);
}

class OnnxRuntimeEngine implements BenchEngine {
  readonly machine: string;

  readonly #ort: OnnxRuntime;
  readonly #session: InferenceSession;
  readonly #values: Float32Array;
  readonly #shape: readonly number[];

  constructor(ort: OnnxRuntime, session: InferenceSession, values: Float32Array, shape: readonly number[]) {
    this.#ort = ort;
    this.#session = session;
    this.#values = values;
    this.#shape = shape;
    this.machine = `onnxruntime-web ${ort.env.versions.web ?? ''}`;
  }

  async run(count: number): Promise<Float32Array> {
    const tensor = new this.#ort.Tensor('float32', repeated(this.#values, count), [count, ...this.#shape]);
    const results = await this.#session.run({ [this.#session.inputNames[0] as string]: tensor });
    const output = results[this.#session.outputNames[0] as string] as Tensor;
    return (await output.getData()) as Float32Array;
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }
}
