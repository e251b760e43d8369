import { expect, it } from 'vitest';
import { prepareSession } from '../../src/engine/prepare-session.ts';
import { createSession } from '../../src/engine/session.ts';
import { elementCount } from '../../src/graph/shapes.ts';
import { smallModel } from '../support/small-model.ts';

/** Returns a GPU that counts requests for an adapter, which it answers with `find`. */
function countingGpu(find: () => Promise<unknown>) {
  let count = 0;
  const requestAdapter = () => {
    count++;
    return find();
  };
  return { gpu: { requestAdapter } as unknown as GPU, count: () => count };
}

it.each([
  ['a software adapter', async () => ({ info: { isFallbackAdapter: true } }), /software/],
  ['no adapter', async () => null, /no adapter/],
])('requests an adapter once for each session, after its first run, with %s', async (_, find, reason) => {
  const { gpu, count } = countingGpu(find);
  prepareSession({ gpu });
  for (const searches of [1, 2]) {
    const model = smallModel();
    const session = await createSession(model, { gpu });
    expect(count()).toBe(searches - 1);
    await session.run(new Int16Array(elementCount(model.graph.input.shape)), 1);
    await expect.poll(() => session.backend.fallbackReason).toMatch(reason);
    expect(session.backend.name).toBe('wasm');
    expect(count()).toBe(searches);
    session.dispose();
  }
});

it('leaves failures to the session', async () => {
  const { gpu, count } = countingGpu(() => Promise.reject(new Error('no driver')));
  prepareSession({ gpu, backend: 'webgpu', threads: 0 });
  prepareSession({ backend: 'wasm', threads: 0 });
  // The request has failed by then, so the sessions request again.
  await new Promise((resolve) => setTimeout(resolve));
  await expect(createSession(smallModel(), { gpu, backend: 'webgpu' })).rejects.toThrow(/no driver/);
  await expect(createSession(smallModel(), { gpu, backend: 'webgpu' })).rejects.toThrow(/no driver/);
  expect(count()).toBe(3);
  await expect(createSession(smallModel(), { backend: 'wasm', threads: 0 })).rejects.toMatchObject({
    code: 'invalid-option',
  });
});

it('requests no adapter for backends that start without one', () => {
  const { gpu, count } = countingGpu(async () => null);
  prepareSession({ gpu });
  prepareSession({ gpu, backend: 'wasm' });
  prepareSession({ gpu, backend: 'reference' });
  expect(count()).toBe(0);
});
