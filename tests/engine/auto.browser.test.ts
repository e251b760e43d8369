import { afterEach, expect, it, vi } from 'vitest';
import type { SessionOptions } from '../../src/engine/runner.ts';
import { createSession, type Session } from '../../src/engine/session.ts';
import { WasmRunner } from '../../src/engine/wasm-runner.ts';
import { WebGpuRunner } from '../../src/engine/webgpu-runner.ts';
import { elementCount } from '../../src/graph/shapes.ts';
import { hardware } from '../support/hardware.ts';
import { smallModel } from '../support/small-model.ts';

const model = smallModel();
const pixels = new Int16Array(elementCount(model.graph.input.shape)).fill(3);
const pictures = [new ImageData(40, 30)];

afterEach(() => {
  vi.restoreAllMocks();
});

/** Makes each run of a backend take a minute of the mocked clock. */
function slow({ prototype }: typeof WasmRunner | typeof WebGpuRunner): void {
  const { run } = prototype;
  const now = performance.now.bind(performance);
  let waited = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now() + waited);
  vi.spyOn(prototype, 'run').mockImplementation(function (this: WasmRunner & WebGpuRunner, ...inputs) {
    waited += 60_000;
    return run.apply(this, inputs);
  });
}

async function scoresOf(session: Session): Promise<readonly Float32Array[]> {
  const [numbers, drawn] = [await session.run(pixels, 1), await session.runPictures(pictures)];
  return [...numbers.blobs, ...drawn.blobs];
}

async function expectedScores(): Promise<readonly Float32Array[]> {
  const session = await createSession(model, { backend: 'wasm' });
  const scores = await scoresOf(session);
  session.dispose();
  return scores;
}

/** Expects a session to run on WebAssembly for a reason, with correct scores. */
async function expectWasm(session: Session, reason: RegExp): Promise<void> {
  expect(session.backend).toMatchObject({ name: 'wasm', fallbackReason: expect.stringMatching(reason) });
  expect(await scoresOf(session)).toEqual(await expectedScores());
  session.dispose();
}

it('chooses the GPU if it measures faster', async () => {
  const { gpu } = hardware();
  slow(WasmRunner);
  const session = await createSession(model, { gpu });
  expect(session.backend).toMatchObject({ name: 'webgpu', adapter: { isFallbackAdapter: false } });
  expect(session.backend.fallbackReason).toBeUndefined();
  session.dispose();
});

it('chooses WebAssembly if it measures faster, reports why, and releases the GPU', async () => {
  const { gpu, devices } = hardware();
  slow(WebGpuRunner);
  const session = await createSession(model, { gpu });
  await expectWasm(session, /^WebAssembly is faster here: \d+\.\d ms per picture, and 6\d{4}\.\d ms on the GPU\.$/);
  expect((await devices[0]?.lost)?.reason).toBe('destroyed');
});

it('falls back to WebAssembly if the browser opens no device, or fails to request an adapter', async () => {
  const refusal = () => Promise.reject(new DOMException('Out of handles', 'OperationError'));
  vi.spyOn(GPUAdapter.prototype, 'requestDevice').mockImplementation(refusal);
  const closed = hardware().gpu;
  const broken = { requestAdapter: refusal } as unknown as GPU;
  for (const gpu of [closed, broken]) {
    await expectWasm(await createSession(model, { gpu }), /cannot open the GPU: Out of handles/);
    await expect(createSession(model, { gpu, backend: 'webgpu' })).rejects.toMatchObject({
      code: 'no-webgpu',
      message: expect.stringContaining('Out of handles'),
    });
  }
});

it('falls back to WebAssembly if the GPU is lost for good while the model loads', async () => {
  const { gpu, takeAway } = hardware();
  const { createBuffer } = GPUDevice.prototype;
  vi.spyOn(GPUDevice.prototype, 'createBuffer').mockImplementation(function (this: GPUDevice, descriptor) {
    takeAway();
    return createBuffer.call(this, descriptor);
  });
  await expectWasm(await createSession(model, { gpu }), /The GPU was lost/);
});

it('falls back to WebAssembly if the GPU fails during the measurement', async () => {
  const { gpu, devices } = hardware();
  const { run } = WebGpuRunner.prototype;
  const spy = vi.spyOn(WebGpuRunner.prototype, 'run').mockImplementation(function (this: WebGpuRunner, ...inputs) {
    return spy.mock.calls.length === 1 ? run.apply(this, inputs) : Promise.reject(new Error('The driver fell over.'));
  });
  await expectWasm(await createSession(model, { gpu }), /The driver fell over/);
  expect((await devices[0]?.lost)?.reason).toBe('destroyed');
});

it('falls back to WebAssembly if the GPU is lost for good during runs', async () => {
  const { gpu, takeAway } = hardware();
  slow(WasmRunner);
  const session = await createSession(model, { gpu });
  expect(session.backend.name).toBe('webgpu');
  takeAway();
  const [numbers, drawn] = await Promise.all([session.run(pixels, 1), session.runPictures(pictures)]);
  expect([...numbers.blobs, ...drawn.blobs]).toEqual(await expectedScores());
  await expectWasm(session, /The GPU was lost/);
});

it.each<[string, unknown, RegExp]>([
  ['backend', 'cpu', /`backend` is 'cpu'; accepted are auto, webgpu, wasm, reference/],
  ['simd', 'fast', /`simd` is 'fast'; accepted are plain, relaxed/],
  ['powerPreference', 'high', /`powerPreference` is 'high'; accepted are low-power, high-performance/],
  ['threads', 0, /`threads` is 0; /],
  ['threads', 1.5, /`threads` is 1.5; /],
  ['threads', 'x', /`threads` is x; /],
])('rejects %s %s', async (name, value, message) => {
  await expect(createSession(model, { [name]: value } as SessionOptions)).rejects.toMatchObject({
    code: 'invalid-option',
    message: expect.stringMatching(message),
  });
});
