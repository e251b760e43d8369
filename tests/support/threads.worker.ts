import { expose } from 'comlink';
import { WasmExecutable, type WasmOptions } from '../../src/backends/wasm/executable.ts';
import { prepareSession } from '../../src/engine/prepare-session.ts';
import type { BackendDescription, SessionOptions } from '../../src/engine/runner.ts';
import { createSession } from '../../src/engine/session.ts';
import { type ErrorCode, HwgqError } from '../../src/errors.ts';
import { elementCount } from '../../src/graph/shapes.ts';
import { decodeModel } from '../../src/model/decode.ts';
import { seededModel } from '../../src/tools/networks/seeded-model.ts';
import type { GoldenCase } from './golden-cases.ts';
import { type GoldenDifference, goldenDifference } from './golden-check.ts';
import { partOf } from './part-of.ts';
import { planMismatch } from './plan-mismatch.ts';
import { type GraphRecipe, graphFrom } from './random-graph.ts';

/** Fault of the threads that a session starts. */
export type Fault = 'cannot be loaded' | 'cannot start' | 'dies in a call';

/** Backend and scores of a session, or the error that it failed with. */
export interface SessionOutcome {
  readonly backend?: BackendDescription;
  readonly scores?: Float32Array | undefined;
  /** Number of worker threads left running. */
  readonly workers: number;
  readonly code?: ErrorCode;
  readonly message?: string;
}

const MAGIC = [0, 97, 115, 109, 1, 0, 0, 0];
/** Modules that faulty threads receive: one with an unknown import, and one without kernels. */
const FAULTY_KERNELS: { readonly [Name in Fault]?: WebAssembly.Module } = {
  'cannot start': new WebAssembly.Module(Uint8Array.from([...MAGIC, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 120, 1, 121, 0, 0])),
  'dies in a call': new WebAssembly.Module(Uint8Array.from(MAGIC)),
};

/** Calls `work` while new threads have a fault. `work` receives the threads that are running. */
async function withFault<T>(fault: Fault | undefined, work: (running: ReadonlySet<Worker>) => Promise<T>): Promise<T> {
  const OriginalWorker = Worker;
  const running = new Set<Worker>();
  const module = fault && FAULTY_KERNELS[fault];
  globalThis.Worker = class extends OriginalWorker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(fault === 'cannot be loaded' ? new URL('/no-such-file.js', location.href) : url, options);
      running.add(this);
    }

    override postMessage(task: object): void {
      super.postMessage(module ? { ...task, module } : task);
    }

    override terminate(): void {
      running.delete(this);
      super.terminate();
    }
  };
  try {
    return await work(running);
  } finally {
    globalThis.Worker = OriginalWorker;
  }
}

/** Checks that need a thread that may block. */
const checks = {
  async golden(
    file: ArrayBuffer,
    golden: GoldenCase,
    input: Int16Array | Float32Array,
    expected: Float32Array,
    options: Pick<SessionOptions, 'simd' | 'threads'>,
  ): Promise<GoldenDifference> {
    const complete = decodeModel(new Uint8Array(file));
    const model = golden.part
      ? { ...complete, graph: partOf(complete.graph, golden.part.from, golden.part.to) }
      : complete;
    return goldenDifference(model, golden, input, expected, { backend: 'wasm', ...options });
  },

  async randomGraph(recipe: GraphRecipe, options: WasmOptions): Promise<string | undefined> {
    return planMismatch(graphFrom(recipe), async (plan, inputs, count) => {
      const executable = await WasmExecutable.create(plan, options);
      const values = await executable.run(inputs, count);
      executable.dispose();
      return values;
    });
  },

  /** Runs a network with random weights on WebAssembly. If threads die, runs it until one has died. */
  async session(network: string, options: SessionOptions, fault?: Fault): Promise<SessionOutcome> {
    const model = seededModel(network, 1);
    const input = new Int16Array(elementCount(model.graph.input.shape)).map((_, index) => (index % 200) - 100);
    return withFault(fault, async (running) => {
      const wasmOptions = { ...options, backend: 'wasm' } as const;
      prepareSession(wasmOptions);
      try {
        const session = await createSession(model, wasmOptions);
        let scores: Float32Array | undefined;
        do {
          scores = (await session.run(input, 1)).blobs[0];
        } while (fault === 'dies in a call' && session.backend.threads !== 1);
        const outcome = { backend: session.backend, scores, workers: running.size };
        session.dispose();
        return outcome;
      } catch (error) {
        if (!(error instanceof HwgqError)) throw error;
        return { code: error.code, message: error.message, workers: running.size };
      }
    });
  },
};

export type ThreadChecks = typeof checks;

expose(checks);
postMessage('ready');
