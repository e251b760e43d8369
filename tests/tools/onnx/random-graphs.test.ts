import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exactGraph } from '../../../src/tools/onnx/exact.ts';
import failed from '../../fixtures/random-graphs.json';
import { graphMismatch } from '../../support/graph-check.ts';
import { runOnnx } from '../../support/onnx.ts';
import { type GraphRecipe, graphFrom, graphRecipes } from '../../support/random-graph.ts';

const GRAPHS = 100;

async function mismatch(recipe: GraphRecipe): Promise<string | undefined> {
  const { graph, pixels } = graphFrom(recipe);
  const blobs = graph.layers.map(({ blob }) => blob);
  fc.pre(blobs.length > 0);
  const values = await runOnnx(exactGraph(graph, { kind: 'integers', unit: 1 }, { blobs }), pixels);
  return graphMismatch(
    graph,
    pixels,
    blobs.map((blob) => values.get(blob) ?? new Float32Array()),
  );
}

it(`gives the interpreter’s codes on ${GRAPHS} random networks`, async () => {
  await fc.assert(
    fc.asyncProperty(graphRecipes, async (recipe) => {
      expect(await mismatch(recipe)).toBeUndefined();
    }),
    { numRuns: GRAPHS, seed: 1, examples: (failed as unknown as GraphRecipe[]).map((recipe) => [recipe]) },
  );
});
