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

/** What is wrong with the threads that a session starts. */
export type Trouble = 'cannot be loaded' | 'cannot begin' | 'dies in a call';

/** What a session said and gave, or why there was none. */
export interface SessionSeen {
  readonly backend?: BackendDescription;
  readonly scores?: Float32Array | undefined;
  /** Threads beside the session's own. */
  readonly workers: number;
  readonly code?: ErrorCode;
  readonly message?: string;
}

const MAGIC = [0, 97, 115, 109, 1, 0, 0, 0];
/** Kernels that workers get instead: a module that imports what nobody has, and one without any kernel. */
const WRONG_KERNELS: { readonly [Name in Trouble]?: WebAssembly.Module } = {
  'cannot begin': new WebAssembly.Module(Uint8Array.from([...MAGIC, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 120, 1, 121, 0, 0])),
  'dies in a call': new WebAssembly.Module(Uint8Array.from(MAGIC)),
};

/** Does work while threads that are started have some trouble; it is told which of them run. */
async function inTrouble<T>(
  trouble: Trouble | undefined,
  work: (running: ReadonlySet<Worker>) => Promise<T>,
): Promise<T> {
  const Usual = Worker;
  const running = new Set<Worker>();
  const module = trouble && WRONG_KERNELS[trouble];
  globalThis.Worker = class extends Usual {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(trouble === 'cannot be loaded' ? new URL('/no-such-file.js', location.href) : url, options);
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
    globalThis.Worker = Usual;
  }
}

/** Checks that need a thread which may wait. */
const checks = {
  async golden(
    file: ArrayBuffer,
    golden: GoldenCase,
    input: Int16Array | Float32Array,
    expected: Float32Array,
    options: Pick<SessionOptions, 'simd' | 'threads'>,
  ): Promise<GoldenDifference> {
    const whole = decodeModel(new Uint8Array(file));
    const model = golden.part ? { ...whole, graph: partOf(whole.graph, golden.part.from, golden.part.to) } : whole;
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

  /** A network with random weights on WebAssembly; where threads die it is run until one has. */
  async session(network: string, options: SessionOptions, trouble?: Trouble): Promise<SessionSeen> {
    const model = seededModel(network, 1);
    const input = new Int16Array(elementCount(model.graph.input.shape)).map((_, index) => (index % 200) - 100);
    return inTrouble(trouble, async (running) => {
      const wanted = { ...options, backend: 'wasm' } as const;
      prepareSession(wanted);
      try {
        const session = await createSession(model, wanted);
        let scores: Float32Array | undefined;
        do {
          scores = (await session.run(input, 1)).blobs[0];
        } while (trouble === 'dies in a call' && session.backend.threads !== 1);
        const seen = { backend: session.backend, scores, workers: running.size };
        session.dispose();
        return seen;
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
