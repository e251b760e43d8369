import { expect, it } from 'vitest';
import cifarsmallUrl from '../../models/cifarsmall.hwgq?url';
import lenetUrl from '../../models/lenet.hwgq?url';
import { createSession } from '../../src/engine/session.ts';
import { elementCount } from '../../src/graph/shapes.ts';
import { decodeModel } from '../../src/model/decode.ts';
import type { Model } from '../../src/model/model.ts';
import { hardware } from '../support/hardware.ts';
import { randomNumbers } from '../support/small-graph.ts';
import { smallModel } from '../support/small-model.ts';

async function shipped(url: string): Promise<Model> {
  return decodeModel(new Uint8Array(await (await fetch(url)).arrayBuffer()));
}

/** Returns random pixels minus a mean of 128. */
function randomPixels(model: Model, count: number): Int16Array {
  const random = randomNumbers(7);
  const length = count * elementCount(model.graph.input.shape);
  return Int16Array.from({ length }, () => Math.floor(random() * 256) - 128);
}

/** Expects WebGPU to compute the interpreter's blobs: levels exactly, floats within 1e-5 of the largest value. */
async function expectSameBlobs(model: Model, count: number): Promise<void> {
  const blobs = [...new Set(model.graph.layers.map((layer) => layer.blob))];
  const quantized = new Set(model.graph.layers.filter(({ type }) => type === 'quant').map(({ blob }) => blob));
  const pixels = randomPixels(model, count);
  const gpu = await createSession(model, { backend: 'webgpu', blobs });
  const reference = await createSession(model, { backend: 'reference', blobs });
  const [ours, truth] = [await gpu.run(pixels, count), await reference.run(pixels, count)];
  gpu.dispose();
  for (const [index, blob] of blobs.entries()) {
    const [seen, wanted] = [ours.blobs[index] ?? new Float32Array(), truth.blobs[index] ?? new Float32Array()];
    expect(seen.length).toBe(wanted.length);
    const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const tolerance = quantized.has(blob) ? 0 : largest * 1e-5;
    const different = seen.filter((value, place) => !(Math.abs(value - (wanted[place] as number)) <= tolerance));
    expect(different.length, `blob ${blob}`).toBe(0);
  }
}

it('computes the interpreter’s blobs for the shipped digits model', async () => {
  await expectSameBlobs(await shipped(lenetUrl), 3);
});

it('computes the interpreter’s blobs for the shipped objects model', async () => {
  await expectSameBlobs(await shipped(cifarsmallUrl), 1);
});

it.each([1, 2, 3, 4, 5])('computes the interpreter’s blobs for the small network, seed %i', async (seed) => {
  await expectSameBlobs(smallModel(seed), 5);
});

it('computes the same scores whether intermediate blobs are returned or fused', async () => {
  const model = smallModel();
  const pixels = randomPixels(model, 2);
  const fused = await createSession(model, { backend: 'webgpu' });
  const separate = await createSession(model, { backend: 'webgpu', blobs: ['fc4', 'conv1', 'pool1', 'conv2', 'ip3'] });
  expect((await separate.run(pixels, 2)).blobs[0]).toEqual((await fused.run(pixels, 2)).blobs[0]);
  fused.dispose();
  separate.dispose();
});

it('runs floats that are integers times the scale as exactly as the integers', async () => {
  const model = smallModel();
  const pixels = randomPixels(model, 1);
  const session = await createSession(model, { backend: 'webgpu' });
  const integers = await session.run(pixels, 1);
  const floats = await session.run(
    Float32Array.from(pixels, (value) => value / 64),
    1,
  );
  const scaled = await createSession(
    { ...model, preprocessing: { ...model.preprocessing, scale: 1 / 64 } },
    { backend: 'webgpu' },
  );
  expect(floats.blobs[0]).toEqual((await scaled.run(pixels, 1)).blobs[0]);
  expect(floats.blobs[0]).not.toEqual(integers.blobs[0]);
  session.dispose();
  scaled.dispose();
});

it('rejects pending and later runs with `disposed` after dispose', async () => {
  const session = await createSession(smallModel(), { backend: 'webgpu' });
  const pending = session.run(randomPixels(smallModel(), 1), 1);
  session.dispose();
  await expect(pending).rejects.toMatchObject({ code: 'disposed' });
  await expect(session.run(randomPixels(smallModel(), 1), 1)).rejects.toMatchObject({ code: 'disposed' });
});

it('falls back to the interpreter, and reports why, if no backend runs a layer', async () => {
  const model = smallModel();
  const centers = Array.from({ length: 16 }, (_, index) => index + 1);
  const quantizer = { kind: 'hwgq', centers, negativeSlope: 0 } as const;
  const graph = {
    ...model.graph,
    layers: [{ name: 'fine', inputs: ['data'], blob: 'fine', type: 'quant', quantizer }],
  } as const;
  const session = await createSession({ ...model, graph });
  expect(session.backend.name).toBe('reference');
  expect(session.backend.fallbackReason).toContain("'fine'");
  await expect(createSession({ ...model, graph }, { backend: 'webgpu' })).rejects.toMatchObject({
    code: 'unsupported',
  });
});

it('reports a shader that the driver does not compile, and falls back to WebAssembly with auto', async () => {
  const create = GPUDevice.prototype.createShaderModule;
  GPUDevice.prototype.createShaderModule = function ({ code }) {
    return create.call(this, { code: `${code} fn broken(` });
  };
  try {
    const { gpu } = hardware();
    const failure = await createSession(smallModel(), { backend: 'webgpu', gpu }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'unsupported', details: { backend: 'webgpu' } });
    const session = await createSession(smallModel(), { gpu });
    await expect.poll(() => session.backend.fallbackReason).toContain('does not compile a shader');
    expect(session.backend.name).toBe('wasm');
    session.dispose();
  } finally {
    GPUDevice.prototype.createShaderModule = create;
  }
});

it('reports a buffer beyond the GPU’s limits as unsupported, and can run afterwards', async () => {
  const model = smallModel();
  const session = await createSession(model, { backend: 'webgpu' });
  const create = GPUDevice.prototype.createBuffer;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    return create.call(this, { ...descriptor, size: 2 * this.limits.maxBufferSize });
  };
  try {
    await expect(session.run(randomPixels(model, 2), 2)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining("Use a smaller batch, or backend 'wasm'."),
    });
  } finally {
    GPUDevice.prototype.createBuffer = create;
  }
  expect((await session.run(randomPixels(model, 2), 2)).blobs[0]).toHaveLength(12);
  session.dispose();
});
