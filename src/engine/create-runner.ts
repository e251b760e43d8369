import { softwareAdapterReason } from '../backends/webgpu/device.ts';
import { HwgqError } from '../errors.ts';
import { elementCount } from '../graph/shapes.ts';
import type { Model } from '../model/model.ts';
import { gpuOf } from './gpu.ts';
import type { BackendName, Runner, SessionOptions } from './session.ts';
import { WasmRunner } from './wasm-runner.ts';

/** Why `auto` may turn to another backend: none of these is the caller's mistake. */
const FALLBACK_CODES = ['no-webgpu', 'no-wasm', 'unsupported', 'out-of-memory'];
/** Runs of each backend where the faster one is chosen. */
const TRIALS = 3;

/**
 * What a model runs on. `auto` takes the faster of a hardware GPU and WebAssembly, as measured on this model; without
 * such a GPU WebAssembly; and the interpreter where neither runs the model.
 * @throws HwgqError as `createSession`.
 */
export async function createRunner(
  model: Model,
  blobs: readonly string[],
  backend: BackendName | 'auto',
  options: SessionOptions,
): Promise<Runner> {
  switch (backend) {
    case 'webgpu':
      return webGpuRunner(model, blobs, options);
    case 'wasm':
      return WasmRunner.create(model, blobs, options);
    case 'reference':
      return referenceRunner(model, blobs);
    case 'auto':
      return chooseRunner(model, blobs, options);
  }
}

async function chooseRunner(model: Model, blobs: readonly string[], options: SessionOptions): Promise<Runner> {
  // The browser looks for a GPU while WebAssembly is made ready.
  const looking = softwareAdapterReason(gpuOf(options), options.powerPreference);
  const wasm = await orReason(() => WasmRunner.create(model, blobs, options));
  const reason = await looking;
  const gpu = reason ?? (await orReason(() => webGpuRunner(model, blobs, options)));
  if (typeof wasm === 'string') {
    return typeof gpu === 'string' ? referenceRunner(model, blobs, `${gpu} ${wasm}`) : gpu;
  }
  if (typeof gpu !== 'string') return fasterRunner(elementCount(model.graph.input.shape), gpu, wasm);
  wasm.fallbackReason = gpu;
  return wasm;
}

/** With its shaders, which only those load who have a use for them. */
async function webGpuRunner(model: Model, blobs: readonly string[], options: SessionOptions): Promise<Runner> {
  const { WebGpuRunner } = await import('./webgpu-runner.ts');
  return WebGpuRunner.create(model, blobs, options);
}

/** The interpreter is loaded by those alone who have nothing else, or ask for it. */
async function referenceRunner(model: Model, blobs: readonly string[], fallbackReason?: string): Promise<Runner> {
  const { ReferenceRunner } = await import('./reference-runner.ts');
  return new ReferenceRunner(model, blobs, fallbackReason);
}

async function fasterRunner(inputLength: number, gpu: Runner, wasm: WasmRunner): Promise<Runner> {
  const input = new Int16Array(inputLength);
  const times = { gpu: Number.POSITIVE_INFINITY, wasm: Number.POSITIVE_INFINITY };
  for (let trial = 0; trial < TRIALS; trial++) {
    times.gpu = Math.min(times.gpu, await millisecondsOf(gpu, input));
    times.wasm = Math.min(times.wasm, await millisecondsOf(wasm, input));
  }
  const isGpuFaster = times.gpu <= times.wasm;
  (isGpuFaster ? wasm : gpu).dispose();
  if (isGpuFaster) return gpu;
  wasm.fallbackReason = `WebAssembly took ${times.wasm.toFixed(1)} ms a picture here, the GPU ${times.gpu.toFixed(1)} ms.`;
  return wasm;
}

async function millisecondsOf(runner: Runner, input: Int16Array): Promise<number> {
  const start = performance.now();
  await runner.run(input, 1);
  return performance.now() - start;
}

/** A runner, or why there is none. */
async function orReason<Kind extends Runner>(create: () => Promise<Kind>): Promise<Kind | string> {
  try {
    return await create();
  } catch (error) {
    if (error instanceof HwgqError && FALLBACK_CODES.includes(error.code)) return error.message;
    throw error;
  }
}
