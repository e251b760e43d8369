import type { Remote } from 'comlink';
import fc from 'fast-check';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { createSession } from '../../../src/engine/session.ts';
import { graphRecipes } from '../../support/random-graph.ts';
import { smallModel } from '../../support/small-model.ts';
import { threadChecks } from '../../support/thread-checks.ts';
import type { ThreadChecks } from '../../support/threads.worker.ts';

const GRAPHS = 60;
const THREADS = 3;
const SIMD = ['plain', 'relaxed'] as const;
/** A network for which several threads are worth it, by name. */
const LARGE = 'cifarvgg';
const sets = inject('golden');

let checks: Remote<ThreadChecks>;
let errors: readonly string[];

beforeAll(async () => {
  ({ checks, errors } = await threadChecks());
});

async function fetched(folder: string, file: string): Promise<ArrayBuffer> {
  return (await fetch(encodeURI(`${folder}/${file}`))).arrayBuffer();
}

describe.each(SIMD)('with %s SIMD', (simd) => {
  it(`gives the interpreter’s codes on ${GRAPHS} random networks, on ${THREADS} threads`, async () => {
    await fc.assert(
      fc.asyncProperty(graphRecipes, async (recipe) => {
        expect(await checks.randomGraph(recipe, { simd, threads: THREADS })).toBeUndefined();
      }),
      { numRuns: GRAPHS, seed: 2 },
    );
  });

  describe.each(Object.entries(sets))('golden results of %s, on threads', (_, { folder, cases }) => {
    it.each(cases)('$name: every code, and the scores', async (golden) => {
      const file = await fetched(folder, 'model.hwgq');
      const bytes = await fetched(folder, `${golden.name}.input`);
      const input = golden.input === 'integers' ? new Int16Array(bytes) : new Float32Array(bytes);
      const expected = new Float32Array(await fetched(folder, `${golden.name}.expected`));
      const { levels, wrongLevels, worstFloat } = await checks.golden(file, golden, input, expected, {
        simd,
        threads: 2,
      });
      // Sums of a residual network round, so that a code near its threshold may flip.
      expect(wrongLevels).toBeLessThanOrEqual(golden.part ? levels / 100_000 : 0);
      if (wrongLevels === 0) expect(worstFloat).toBeLessThan(1e-5);
    });
  });
});

const MOST_THREADS = Math.min(4, navigator.hardwareConcurrency);

it('takes several threads for a network that is not small, and one for a small one, also if they have been started', async () => {
  const large = await checks.session(LARGE, {});
  expect(large).toMatchObject({ backend: { threads: MOST_THREADS }, workers: MOST_THREADS - 1 });
  expect(await checks.session('cifarsmall', {})).toMatchObject({ backend: { threads: 1 }, workers: 0 });
  expect(await checks.session('cifarsmall', { threads: 2 })).toMatchObject({ backend: { threads: 2 }, workers: 1 });
});

it.each(['cannot be loaded', 'cannot begin', 'dies in a call'] as const)(
  'goes on with one thread, and says why, where another %s',
  async (trouble) => {
    const { scores } = await checks.session(LARGE, { threads: 1 });
    const seen = await checks.session(LARGE, {}, trouble);
    const threadsReason = expect.stringContaining('WebAssembly threads failed');
    expect(seen).toMatchObject({ backend: { name: 'wasm', threads: 1, threadsReason }, workers: 0 });
    expect(seen.scores).toEqual(scores);
    // Somebody who asks for threads is told instead.
    expect(await checks.session(LARGE, { threads: 2 }, trouble)).toMatchObject({
      code: 'worker',
      message: threadsReason,
      workers: 0,
    });
    // A page takes an error that it hears of for the end of its worker.
    expect(errors).toEqual([]);
  },
);

it('refuses more threads than may wait here', async () => {
  await expect(createSession(smallModel(), { backend: 'wasm', threads: 2 })).rejects.toMatchObject({
    code: 'invalid-option',
    message: expect.stringContaining('threads is 2; 1 to 1'),
  });
});
