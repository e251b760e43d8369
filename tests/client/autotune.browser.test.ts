import { expect, it } from 'vitest';
import lenetUrl from '../../models/lenet.hwgq?url';
import { autotune } from '../../src/client/autotune.ts';
import { createClassifier } from '../../src/client/index.ts';

it('measures the fastest kernels of a model, as a choice that a classifier accepts after JSON', async () => {
  const shares: number[] = [];
  const { choice, timings, adapter } = await autotune({ model: lenetUrl, onProgress: (done) => shares.push(done) });
  expect(adapter.isFallbackAdapter).toBe(true);
  expect(new Set(timings.map(({ shape }) => shape))).toEqual(new Set(Object.keys(choice)));
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
  const kernelChoice = JSON.parse(JSON.stringify(choice));
  const options = { model: lenetUrl, backend: 'webgpu', scores: true } as const;
  const [usual, chosen] = [await createClassifier(options), await createClassifier({ ...options, kernelChoice })];
  const picture = new ImageData(28, 28);
  expect((await chosen.classify(picture)).scores).toEqual((await usual.classify(picture)).scores);
  usual.dispose();
  chosen.dispose();
});

it('rejects with the signal’s reason, at once and in the middle', async () => {
  const reason = new Error('enough');
  await expect(autotune({ model: lenetUrl, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const aborting = new AbortController();
  const onProgress = () => aborting.abort(reason);
  await expect(autotune({ model: lenetUrl, signal: aborting.signal, onProgress })).rejects.toBe(reason);
});

it.each([
  ['that does not exist', 'none:lenet.hwgq', 'download'],
  ['that is not a .hwgq file', new Blob(['hello']), 'model-format'],
] as const)('reports a model %s', async (_, model, code) => {
  await expect(autotune({ model })).rejects.toMatchObject({ name: 'HwgqError', code });
});

it('refuses unknown options by name, and a missing model', async () => {
  await expect(autotune({ model: lenetUrl, onProgres: () => {} } as never)).rejects.toThrow(
    '`onProgres` is not an option of autotune; did you mean `onProgress`?',
  );
  await expect(autotune({} as never)).rejects.toMatchObject({ code: 'invalid-option' });
});

it('reports a worker that cannot be loaded, and a wrong workerUrl', async () => {
  const workerUrl = '/none/tune-worker.js';
  await expect(autotune({ model: lenetUrl, workerUrl })).rejects.toMatchObject({
    code: 'worker',
    message: expect.stringContaining('Set workerUrl to the URL of tune-worker.js'),
  });
  await expect(autotune({ model: lenetUrl, workerUrl: 'http://' })).rejects.toMatchObject({ code: 'invalid-option' });
});
