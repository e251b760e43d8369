import { expose } from 'comlink';
import { WasmExecutable } from '../../src/backends/wasm/executable.ts';
import { decodeModel } from '../../src/model/decode.ts';
import type { GoldenCase } from './golden-cases.ts';
import { type GoldenDifference, goldenDifference } from './golden-check.ts';
import { partOf } from './part-of.ts';
import { planMismatch } from './plan-mismatch.ts';
import type { GraphRecipe } from './random-graph.ts';

/** Checks that need a thread which may wait. */
const checks = {
  async golden(
    file: ArrayBuffer,
    golden: GoldenCase,
    input: Int16Array | Float32Array,
    expected: Float32Array,
    threads: number,
  ): Promise<GoldenDifference> {
    const whole = decodeModel(new Uint8Array(file));
    const model = golden.part ? { ...whole, graph: partOf(whole.graph, golden.part.from, golden.part.to) } : whole;
    return goldenDifference(model, golden, input, expected, { backend: 'wasm', threads });
  },

  async randomGraph(recipe: GraphRecipe, threads: number): Promise<string | undefined> {
    return planMismatch(recipe, async (plan, inputs, count) => {
      const executable = await WasmExecutable.create(plan, { simd: 'relaxed', threads });
      const values = await executable.run(inputs, count);
      executable.dispose();
      return values;
    });
  },
};

export type ThreadChecks = typeof checks;

expose(checks);
postMessage('ready');
