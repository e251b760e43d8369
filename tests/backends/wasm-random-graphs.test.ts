import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WasmExecutable } from '../../src/backends/wasm/executable.ts';
import { planGraph } from '../../src/plan/lower.ts';
import failed from '../fixtures/random-graphs.json';
import { graphMismatch } from '../support/graph-check.ts';
import { type GraphRecipe, graphFrom, graphRecipes } from '../support/random-graph.ts';

async function mismatch(recipe: GraphRecipe): Promise<string | undefined> {
  const { graph, pixels } = graphFrom(recipe);
  const names = graph.layers.map(({ name }) => name);
  const last = names.at(-1);
  if (last === undefined) return undefined;
  const other = pixels.toReversed();
  const batch = Int16Array.from([...pixels, ...other]);
  const run = async (blobs: readonly string[]) => {
    const plan = planGraph(graph, { kind: 'integers', unit: 1 }, blobs);
    const executable = await WasmExecutable.create(plan, 'plain');
    return executable.run(batch, 2);
  };
  const all = await run(names);
  const halves = (values: Float32Array) => [values.subarray(0, values.length / 2), values.subarray(values.length / 2)];
  const first = graphMismatch(graph, pixels, all.map((values) => halves(values)[0] as Float32Array));
  const second = graphMismatch(graph, other, all.map((values) => halves(values)[1] as Float32Array));
  const [alone] = await run([last]);
  const isSame = alone?.every((value, place) => value === all.at(-1)?.[place]);
  return first ?? second ?? (isSame ? undefined : 'the last blob alone differs from the last of all');
}

it('gives the interpreter’s codes on random networks', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(graphRecipes, async (recipe) => {
      expect(await mismatch(recipe)).toBeUndefined();
    }),
    { numRuns: 500, seed: 1, examples: (failed as unknown as GraphRecipe[]).map((recipe) => [recipe]) },
  );
});
