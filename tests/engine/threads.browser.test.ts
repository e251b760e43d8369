import fc from 'fast-check';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { createSession } from '../../src/engine/session.ts';
import { graphRecipes } from '../support/random-graph.ts';
import { smallModel } from '../support/small-model.ts';
import { threadChecks } from '../support/thread-checks.ts';

const GRAPHS = 60;
const THREADS = 3;
const sets = inject('golden');

let checks: Awaited<ReturnType<typeof threadChecks>>;

beforeAll(async () => {
  checks = await threadChecks();
});

async function fetched(folder: string, file: string): Promise<ArrayBuffer> {
  return (await fetch(encodeURI(`${folder}/${file}`))).arrayBuffer();
}

it(`gives the interpreter’s codes on ${GRAPHS} random networks, on ${THREADS} threads`, async () => {
  await fc.assert(
    fc.asyncProperty(graphRecipes, async (recipe) => {
      expect(await checks.randomGraph(recipe, THREADS)).toBeUndefined();
    }),
    { numRuns: GRAPHS, seed: 2 },
  );
});

for (const [net, { folder, cases }] of Object.entries(sets)) {
  describe(`golden results of ${net}, on WebAssembly threads`, () => {
    it.each(cases)('$name: every code, and the scores', async (golden) => {
      const file = await fetched(folder, 'model.hwgq');
      const bytes = await fetched(folder, `${golden.name}.input`);
      const input = golden.input === 'integers' ? new Int16Array(bytes) : new Float32Array(bytes);
      const expected = new Float32Array(await fetched(folder, `${golden.name}.expected`));
      const { levels, wrongLevels, worstFloat } = await checks.golden(file, golden, input, expected, 2);
      // Sums of a residual network round, so that a code near its threshold may flip.
      expect(wrongLevels).toBeLessThanOrEqual(golden.part ? levels / 100_000 : 0);
      if (wrongLevels === 0) expect(worstFloat).toBeLessThan(1e-5);
    });
  });
}

it('refuses more threads than may wait here', async () => {
  await expect(createSession(smallModel(), { backend: 'wasm', threads: 2 })).rejects.toMatchObject({
    code: 'invalid-option',
    message: expect.stringContaining('threads is 2; 1 to 1'),
  });
});
