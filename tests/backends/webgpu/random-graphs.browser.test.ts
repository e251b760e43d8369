import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenDevice, openDevice } from '../../../src/backends/webgpu/device.ts';
import { WebGpuExecutable } from '../../../src/backends/webgpu/executable.ts';
import { VARIANT_NAMES, type VariantName } from '../../../src/backends/webgpu/variant-names.ts';
import failed from '../../fixtures/random-graphs.json';
import { everywhere, usesOf } from '../../support/kernel-choice.ts';
import { planMismatch } from '../../support/plan-mismatch.ts';
import { type GraphRecipe, graphFrom, graphRecipes } from '../../support/random-graph.ts';

const GRAPHS = 500;
/** Graphs for each kernel variant. */
const VARIANT_GRAPHS = 25;

let open: OpenDevice;

beforeAll(async () => {
  open = await openDevice(navigator.gpu, undefined);
});

afterAll(() => open.device.destroy());

function mismatch(recipe: GraphRecipe, variant?: VariantName): Promise<string | undefined> {
  return planMismatch(graphFrom(recipe), async (plan, inputs, count) => {
    const choice = variant ? everywhere(variant, plan) : {};
    const executable = await WebGpuExecutable.create(open, plan, { choice });
    if (variant) expect(usesOf(variant, plan, executable, open.capabilities).missed).toEqual([]);
    const values = await executable.run(inputs, count);
    executable.dispose();
    return values;
  });
}

it(`computes the interpreter’s codes on ${GRAPHS} random networks`, { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(graphRecipes, async (recipe) => {
      expect(await mismatch(recipe)).toBeUndefined();
    }),
    {
      numRuns: GRAPHS,
      // A fixed seed, because a rare rounding beyond the tolerance would block an unrelated change.
      seed: 1,
      // Recipes that failed earlier.
      examples: (failed as unknown as GraphRecipe[]).map((recipe) => [recipe]),
      interruptAfterTimeLimit: 540_000,
      markInterruptAsFailure: true,
    },
  );
});

it.each(VARIANT_NAMES)(
  `computes the interpreter’s codes on ${VARIANT_GRAPHS} random networks with the kernels %s`,
  async (variant) => {
    await fc.assert(
      fc.asyncProperty(graphRecipes, async (recipe) => {
        expect(await mismatch(recipe, variant)).toBeUndefined();
      }),
      { numRuns: VARIANT_GRAPHS, seed: 2 },
    );
  },
);
