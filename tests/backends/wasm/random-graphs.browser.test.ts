import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WasmExecutable } from '../../../src/backends/wasm/executable.ts';
import failed from '../../fixtures/random-graphs.json';
import { planMismatch } from '../../support/plan-mismatch.ts';
import { type GraphRecipe, graphFrom, graphRecipes } from '../../support/random-graph.ts';

const GRAPHS = 500;

it.each(['plain', 'relaxed'] as const)(
  `computes the interpreter’s codes on ${GRAPHS} random networks, with %s SIMD`,
  async (simd) => {
    await fc.assert(
      fc.asyncProperty(graphRecipes, async (recipe) => {
        const mismatch = await planMismatch(graphFrom(recipe), async (plan, inputs, count) =>
          (await WasmExecutable.create(plan, { simd })).run(inputs, count),
        );
        expect(mismatch).toBeUndefined();
      }),
      {
        numRuns: GRAPHS,
        // A fixed seed, so that a rare rounding beyond the tolerance cannot fail an unrelated change.
        seed: 1,
        // Recipes that failed in the past.
        examples: (failed as unknown as GraphRecipe[]).map((recipe) => [recipe]),
      },
    );
  },
);
