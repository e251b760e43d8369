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
/** Name of a network that is large enough for several threads. */
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
  it(`computes the interpreter’s codes on ${GRAPHS} random networks, with ${THREADS} threads`, async () => {
    await fc.assert(
      fc.asyncProperty(graphRecipes, async (recipe) => {
        expect(await checks.randomGraph(recipe, { simd, threads: THREADS })).toBeUndefined();
      }),
      { numRuns: GRAPHS, seed: 2 },
    );
  });

  describe.each(Object.entries(sets))('golden results of %s, with two threads', (_, { folder, cases }) => {
    it.each(cases)('computes every code and the scores of $name', async (golden) => {
      const file = await fetched(folder, 'model.hwgq');
      const bytes = await fetched(folder, `${golden.name}.input`);
      const input = golden.input === 'integers' ? new Int16Array(bytes) : new Float32Array(bytes);
      const expected = new Float32Array(await fetched(folder, `${golden.name}.expected`));
      const { levels, wrongLevels, worstFloat } = await checks.golden(file, golden, input, expected, {
        simd,
        threads: 2,
      });
      // The float sums of a residual network are rounded, so a code near its threshold may differ.
      expect(wrongLevels).toBeLessThanOrEqual(golden.part ? levels / 100_000 : 0);
      if (wrongLevels === 0) expect(worstFloat).toBeLessThan(1e-5);
    });
  });
});

const MAX_THREADS = Math.min(4, navigator.hardwareConcurrency);

it('uses several threads for a large network and one for a small one, even if more were started', async () => {
  const large = await checks.session(LARGE, {});
  expect(large).toMatchObject({ backend: { threads: MAX_THREADS }, workers: MAX_THREADS - 1 });
  expect(await checks.session('cifarsmall', {})).toMatchObject({ backend: { threads: 1 }, workers: 0 });
  expect(await checks.session('cifarsmall', { threads: 2 })).toMatchObject({ backend: { threads: 2 }, workers: 1 });
});

it.each(['cannot be loaded', 'cannot start', 'dies in a call'] as const)(
  'falls back to one thread and reports why if another thread %s',
  async (fault) => {
    const { scores } = await checks.session(LARGE, { threads: 1 });
    const seen = await checks.session(LARGE, {}, fault);
    const threadsReason = expect.stringContaining('WebAssembly threads failed');
    expect(seen).toMatchObject({ backend: { name: 'wasm', threads: 1, threadsReason }, workers: 0 });
    expect(seen.scores).toEqual(scores);
    // If the caller set the number of threads, the session fails instead.
    expect(await checks.session(LARGE, { threads: 2 }, fault)).toMatchObject({
      code: 'worker',
      message: threadsReason,
      workers: 0,
    });
    // The page treats an error that it receives as the end of its worker.
    expect(errors).toEqual([]);
  },
);

it('rejects more than one thread on a page’s main thread', async () => {
  await expect(createSession(smallModel(), { backend: 'wasm', threads: 2 })).rejects.toMatchObject({
    code: 'invalid-option',
    message: expect.stringContaining('`threads` is 2; only 1 is possible'),
  });
});
