import { afterEach, expect, it, vi } from 'vitest';
import type { BackendDescription, SessionOptions } from '../../src/engine/runner.ts';
import { createSession, type Session } from '../../src/engine/session.ts';
import { WasmRunner } from '../../src/engine/wasm-runner.ts';
import { WebGpuRunner } from '../../src/engine/webgpu-runner.ts';
import { elementCount } from '../../src/graph/shapes.ts';
import { hardware } from '../support/hardware.ts';
import { forgetProofs } from '../support/proof-store.ts';
import { smallModel } from '../support/small-model.ts';

const model = smallModel();
const pixels = new Int16Array(elementCount(model.graph.input.shape)).fill(3);
const pictures = [new ImageData(40, 30)];

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await forgetProofs();
});

/** Makes each run of pictures on a backend take a minute of the mocked clock. */
function slow({ prototype }: typeof WasmRunner | typeof WebGpuRunner): void {
  const { runPictures } = prototype;
  const now = performance.now.bind(performance);
  let waited = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now() + waited);
  vi.spyOn(prototype, 'runPictures').mockImplementation(async function (this: WasmRunner & WebGpuRunner, given) {
    waited += 60_000;
    return runPictures.call(this, given);
  });
}

/** Makes the GPU compute wrong scores: the first one is negated. */
function computeWrong(): void {
  const { runPictures } = WebGpuRunner.prototype;
  vi.spyOn(WebGpuRunner.prototype, 'runPictures').mockImplementation(async function (this: WebGpuRunner, given) {
    const run = await runPictures.call(this, given);
    for (const blob of run.blobs) blob[0] = -(blob[0] as number);
    return run;
  });
}

/** Makes pipelines compile without end. */
function compileForever() {
  return vi.spyOn(GPUDevice.prototype, 'createComputePipelineAsync').mockReturnValue(new Promise(() => {}));
}

/** Creates a session with `auto`, and the list of backends that it reports. */
async function automatic(options: SessionOptions) {
  const backends: BackendDescription[] = [];
  const session = await createSession(model, { ...options, onBackendChange: (backend) => backends.push(backend) });
  return { session, backends };
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

/** Expects scores that equal WebAssembly's up to roundings of float sums. */
function expectClose(found: readonly Float32Array[], expected: readonly Float32Array[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [index, wanted] of expected.entries()) {
    const largest = Math.max(...wanted.map(Math.abs));
    for (const [place, value] of wanted.entries()) {
      expect(Math.abs((found[index]?.[place] as number) - value)).toBeLessThanOrEqual(2e-5 * largest);
    }
  }
}

/** Expects `auto` to stay on WebAssembly for a reason, with correct scores. */
async function expectWasm(options: SessionOptions, reason: RegExp): Promise<void> {
  const { session, backends } = await automatic(options);
  const refused = { name: 'wasm', fallbackReason: expect.stringMatching(reason) };
  await expect.poll(() => backends).toMatchObject([refused]);
  expect(session.backend).toMatchObject(refused);
  expect(await scoresOf(session)).toEqual(await expectedScores());
  session.dispose();
}

it('answers on WebAssembly at once, and touches the GPU only after the first run', async () => {
  const { gpu, requests } = hardware();
  const { session } = await automatic({ gpu });
  expect(session.backend.name).toBe('wasm');
  expect(session.backend.fallbackReason).toBeUndefined();
  await session.run(pixels, 1);
  await expect.poll(() => session.backend.name === 'webgpu' || session.backend.fallbackReason).toBeTruthy();
  expect(requests()).toBe(1);
  session.dispose();
});

it('continues on the GPU once that has computed the same scores in less time', async () => {
  const { gpu } = hardware();
  slow(WasmRunner);
  const { session, backends } = await automatic({ gpu });
  const proven = {
    name: 'webgpu',
    adapter: { isFallbackAdapter: false },
    proof: { difference: expect.any(Number), milliseconds: expect.any(Number), wasmMilliseconds: expect.any(Number) },
  };
  await expect.poll(() => backends).toMatchObject([proven]);
  expect(session.backend).toMatchObject(proven);
  expect(session.backend.proof?.difference).toBeLessThanOrEqual(2e-5);
  expectClose(await scoresOf(session), await expectedScores());
  session.dispose();
});

it('answers calls without a gap while the GPU takes over, and frees WebAssembly', async () => {
  const { gpu } = hardware();
  const freed = vi.spyOn(WasmRunner.prototype, 'dispose');
  const expected = await expectedScores();
  const { runPictures } = WasmRunner.prototype;
  vi.spyOn(WasmRunner.prototype, 'runPictures').mockImplementation(async function (this: WasmRunner, given) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return runPictures.call(this, given);
  });
  const { session } = await automatic({ gpu });
  const names = new Set<string>();
  while (session.backend.name === 'wasm') {
    names.add(session.backend.name);
    const runs = await Promise.all([session.run(pixels, 1), session.runPictures(pictures)]);
    expectClose(
      runs.flatMap(({ blobs }) => blobs),
      expected,
    );
    // Runs on WebAssembly end without a task in between.
    await new Promise((resolve) => setTimeout(resolve));
  }
  expect([...names, session.backend.name]).toEqual(['wasm', 'webgpu']);
  // The session that computed the expected scores has been freed too.
  expect(freed).toHaveBeenCalledTimes(2);
  session.dispose();
});

it('stays on WebAssembly if that is faster, reports why, and releases the GPU', async () => {
  const { gpu, devices } = hardware();
  slow(WebGpuRunner);
  await expectWasm({ gpu }, /^WebAssembly is faster here: \d+\.\d ms per picture, and 6\d{4}\.\d ms on the GPU\.$/);
  expect((await devices[0]?.lost)?.reason).toBe('destroyed');
});

it('stays on WebAssembly if the browser opens no device, or fails to request an adapter', async () => {
  const refusal = () => Promise.reject(new DOMException('Out of handles', 'OperationError'));
  vi.spyOn(GPUAdapter.prototype, 'requestDevice').mockImplementation(refusal);
  const closed = hardware().gpu;
  const broken = { requestAdapter: refusal } as unknown as GPU;
  for (const gpu of [closed, broken]) {
    await expectWasm({ gpu }, /cannot open the GPU: Out of handles/);
    await expect(createSession(model, { gpu, backend: 'webgpu' })).rejects.toMatchObject({
      code: 'no-webgpu',
      message: expect.stringContaining('Out of handles'),
    });
  }
});

it('refuses a GPU that computes wrong results, and does not try it again in this browser', async () => {
  const { gpu, devices } = hardware();
  computeWrong();
  const wrong = /The GPU computes wrong results: its scores of a test picture differ from WebAssembly's by \d/;
  await expectWasm({ gpu }, wrong);
  expect((await devices[0]?.lost)?.reason).toBe('destroyed');
  vi.restoreAllMocks();
  await expectWasm({ gpu }, new RegExp(`^Not tried again, because it failed before: ${wrong.source}`));
  expect(devices).toHaveLength(1);
});

it('proves a GPU anew in another version of the browser', async () => {
  const { gpu, devices } = hardware();
  computeWrong();
  await expectWasm({ gpu }, /wrong results/);
  vi.restoreAllMocks();
  slow(WasmRunner);
  vi.spyOn(navigator, 'userAgent', 'get').mockReturnValue('Another browser');
  const { session } = await automatic({ gpu });
  await expect.poll(() => session.backend.name).toBe('webgpu');
  expect(devices).toHaveLength(2);
  session.dispose();
});

it('fails with `gpu-fault` if the GPU computes wrong results and the backend is set to it', async () => {
  const { gpu, devices } = hardware();
  computeWrong();
  const failed = () => createSession(model, { gpu, backend: 'webgpu' });
  await expect(failed()).rejects.toMatchObject({ code: 'gpu-fault', details: { difference: expect.any(Number) } });
  expect((await devices[0]?.lost)?.reason).toBe('destroyed');
  vi.restoreAllMocks();
  // The caller insists, so the GPU gets another chance.
  const session = await createSession(model, { gpu, backend: 'webgpu' });
  expect(session.backend).toMatchObject({ name: 'webgpu', proof: { difference: expect.any(Number) } });
  session.dispose();
});

it('proves a network once in a browser if the backend is set to WebGPU', async () => {
  const witness = vi.spyOn(WasmRunner, 'create');
  for (let time = 0; time < 2; time++) {
    const session = await createSession(model, { backend: 'webgpu' });
    expect(session.backend.proof?.difference).toBeLessThanOrEqual(2e-5);
    session.dispose();
  }
  expect(witness).toHaveBeenCalledTimes(1);
});

it('refuses a GPU that never finishes compiling, and answers meanwhile', async () => {
  const { gpu, devices } = hardware();
  const compiling = compileForever();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { session, backends } = await automatic({ gpu });
  await expect.poll(() => compiling.mock.calls.length).toBeGreaterThan(0);
  expect(await scoresOf(session)).toEqual(await expectedScores());
  expect(backends).toEqual([]);
  vi.advanceTimersByTime(120_000);
  const reason = expect.stringContaining('did not compile and run the network within 120 seconds');
  await expect.poll(() => backends).toMatchObject([{ name: 'wasm', fallbackReason: reason }]);
  expect((await devices[0]?.lost)?.reason).toBe('destroyed');
  session.dispose();
  const failed = createSession(model, { gpu, backend: 'webgpu' });
  failed.catch(() => {});
  await expect.poll(() => devices.length).toBe(2);
  await expect.poll(() => vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(120_000);
  await expect(failed).rejects.toMatchObject({ code: 'gpu-fault' });
});

it('stays on WebAssembly if the GPU is lost for good in mid-proof', async () => {
  const { gpu, takeAway } = hardware();
  const { runPictures } = WebGpuRunner.prototype;
  vi.spyOn(WebGpuRunner.prototype, 'runPictures').mockImplementation(async function (this: WebGpuRunner, given) {
    takeAway();
    return runPictures.call(this, given);
  });
  await expectWasm({ gpu }, /The GPU was lost .* and could not be opened again/);
});

it('repeats the proof on a new device if the GPU is lost once', async () => {
  const { gpu, devices } = hardware();
  slow(WasmRunner);
  const { submit } = GPUQueue.prototype;
  const submitting = vi.spyOn(GPUQueue.prototype, 'submit').mockImplementation(function (this: GPUQueue, commands) {
    if (submitting.mock.calls.length === 1) devices[0]?.destroy();
    return submit.call(this, commands);
  });
  const { session } = await automatic({ gpu });
  await expect.poll(() => session.backend.name).toBe('webgpu');
  expect(devices).toHaveLength(2);
  expectClose(await scoresOf(session), await expectedScores());
  session.dispose();
});

it('refuses a GPU that is lost again when the proof is repeated', async () => {
  const { gpu, devices } = hardware();
  const { submit } = GPUQueue.prototype;
  vi.spyOn(GPUQueue.prototype, 'submit').mockImplementation(function (this: GPUQueue, commands) {
    devices.at(-1)?.destroy();
    return submit.call(this, commands);
  });
  await expectWasm({ gpu }, /The GPU was lost .* and was lost again/);
});

it.each([
  ['compiles', () => compileForever()],
  [
    'proves itself',
    () => vi.spyOn(WebGpuRunner.prototype, 'runPictures').mockReturnValue(new Promise<never>(() => {})),
  ],
] as const)('releases everything if the session is disposed of while the GPU %s', async (_, hold) => {
  const { gpu, devices } = hardware();
  const held = hold();
  const freed = vi.spyOn(WasmRunner.prototype, 'dispose');
  const { session, backends } = await automatic({ gpu });
  await session.run(pixels, 1);
  await expect.poll(() => held.mock.calls.length).toBeGreaterThan(0);
  session.dispose();
  expect((await devices[0]?.lost)?.reason).toBe('destroyed');
  await expect.poll(() => freed.mock.calls.length).toBe(1);
  expect(backends).toEqual([]);
  expect(devices).toHaveLength(1);
});

it('falls back to WebAssembly if the GPU is lost for good during runs', async () => {
  const { gpu, takeAway } = hardware();
  slow(WasmRunner);
  const { session, backends } = await automatic({ gpu });
  await expect.poll(() => session.backend.name).toBe('webgpu');
  takeAway();
  const [numbers, drawn] = await Promise.all([session.run(pixels, 1), session.runPictures(pictures)]);
  expect([...numbers.blobs, ...drawn.blobs]).toEqual(await expectedScores());
  expect(session.backend).toMatchObject({ name: 'wasm', fallbackReason: expect.stringMatching(/The GPU was lost/) });
  expect(backends.map(({ name }) => name)).toEqual(['webgpu', 'wasm']);
  session.dispose();
});

it('runs on a proven GPU if there is no WebAssembly', async () => {
  const { gpu } = hardware();
  vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  const expected = await createSession(model, { backend: 'reference' });
  const session = await createSession(model, { gpu });
  expect(session.backend).toMatchObject({ name: 'webgpu', proof: { difference: expect.any(Number) } });
  expectClose(await scoresOf(session), await scoresOf(expected));
  session.dispose();
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
