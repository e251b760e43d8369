import { expect, it, vi } from 'vitest';
import lenetUrl from '../../../models/lenet.hwgq?url';
import { autotuneModel } from '../../../src/engine/autotune-model.ts';
import { createSession } from '../../../src/engine/session.ts';
import { decodeModel } from '../../../src/model/decode.ts';

vi.mock('../../../src/backends/webgpu/on-demand.ts', async () => {
  const { missingPart } = await import('../../../src/errors.ts');
  return { onDemand: () => async () => missingPart(new Error('on-demand-shaders.js is missing')) };
});

const model = decodeModel(new Uint8Array(await (await fetch(lenetUrl)).arrayBuffer()));

it('rejects a session with a typed error if a shader cannot be fetched', async () => {
  await expect(createSession(model, { backend: 'webgpu' })).rejects.toMatchObject({ code: 'download' });
});

it('rejects an autotune with a typed error instead of skipping the kernels whose shaders cannot be fetched', async () => {
  await expect(autotuneModel(model, { repeats: 1 })).rejects.toMatchObject({ code: 'download' });
});
