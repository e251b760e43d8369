import { softwareAdapterReason } from '../backends/webgpu/device.ts';
import { type ErrorCode, HwgqError, messageOf, missingPart } from '../errors.ts';
import { elementCount } from '../graph/shapes.ts';
import type { Model } from '../model/model.ts';
import { FallbackRunner } from './fallback-runner.ts';
import { gpuOf } from './gpu.ts';
import { loadWasmRunner, type WasmRunner } from './load-wasm-runner.ts';
import type { BackendName, Runner, SessionOptions } from './runner.ts';

/** Errors after which `auto` continues without WebAssembly. None of them is the caller's mistake. */
const WASM_FAILURES: readonly ErrorCode[] = ['no-wasm', 'unsupported', 'out-of-memory'];
/** Number of timed runs of each backend. */
const TRIALS = 3;

/**
 * Loads a model on a backend. `auto` times a hardware GPU and WebAssembly with this model and chooses the faster. Without
 * a hardware GPU, or if it fails, it chooses WebAssembly, and the interpreter if neither runs the model.
 * @throws HwgqError the errors of `createSession`.
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
      return wasmRunner(model, blobs, options);
    case 'reference':
      return referenceRunner(model, blobs);
    case 'auto':
      return chooseRunner(model, blobs, options);
  }
}

async function chooseRunner(model: Model, blobs: readonly string[], options: SessionOptions): Promise<Runner> {
  // The browser looks for an adapter while WebAssembly loads the model.
  const adapterReason = softwareAdapterReason(gpuOf(options), options.powerPreference).catch(messageOf);
  const wasm = await wasmOrReason(model, blobs, options);
  const gpu = (await adapterReason) ?? (await webGpuRunner(model, blobs, options).catch(messageOf));
  if (typeof gpu === 'string') return withoutGpu(gpu, wasm, model, blobs);
  if (typeof wasm !== 'string') {
    const reason = await reasonIfSlower(gpu, wasm, elementCount(model.graph.input.shape)).catch(messageOf);
    (reason === undefined ? wasm : gpu).dispose();
    if (reason !== undefined) return withoutGpu(reason, wasm, model, blobs);
  }
  return new FallbackRunner(gpu, async (loss) => {
    const next = await wasmOrReason(model, blobs, { ...options, onProgress: () => {} });
    return withoutGpu(loss, next, model, blobs);
  });
}

async function wasmRunner(model: Model, blobs: readonly string[], options: SessionOptions): Promise<WasmRunner> {
  const { WasmRunner } = await loadWasmRunner();
  return WasmRunner.create(model, blobs, options);
}

/** Loads a model on WebAssembly, or returns why it does not run there. */
function wasmOrReason(model: Model, blobs: readonly string[], options: SessionOptions): Promise<WasmRunner | string> {
  return wasmRunner(model, blobs, options).catch((error: unknown) => {
    if (error instanceof HwgqError && WASM_FAILURES.includes(error.code)) return error.message;
    throw error;
  });
}

/** Returns WebAssembly, or the interpreter, with the reason for not using the GPU. */
async function withoutGpu(
  reason: string,
  wasm: WasmRunner | string,
  model: Model,
  blobs: readonly string[],
): Promise<Runner> {
  if (typeof wasm === 'string') return referenceRunner(model, blobs, `${reason} ${wasm}`);
  wasm.fallbackReason = reason;
  return wasm;
}

/** Loads a model on WebGPU. Its code and shaders are fetched only by pages that use it. */
async function webGpuRunner(model: Model, blobs: readonly string[], options: SessionOptions): Promise<Runner> {
  const { WebGpuRunner } = await import('./webgpu-runner.ts').catch(missingPart);
  return WebGpuRunner.create(model, blobs, options);
}

/** Loads a model on the interpreter. Its code is fetched only by pages that use it. */
async function referenceRunner(model: Model, blobs: readonly string[], fallbackReason?: string): Promise<Runner> {
  const { ReferenceRunner } = await import('./reference-runner.ts').catch(missingPart);
  return new ReferenceRunner(model, blobs, fallbackReason);
}

/** Times both backends. Returns why WebAssembly is used instead of the GPU, or undefined if the GPU is as fast. */
async function reasonIfSlower(gpu: Runner, wasm: Runner, inputLength: number): Promise<string | undefined> {
  const input = new Int16Array(inputLength);
  const times = { gpu: Number.POSITIVE_INFINITY, wasm: Number.POSITIVE_INFINITY };
  for (let trial = 0; trial < TRIALS; trial++) {
    times.gpu = Math.min(times.gpu, await millisecondsOf(gpu, input));
    times.wasm = Math.min(times.wasm, await millisecondsOf(wasm, input));
  }
  if (times.gpu <= times.wasm) return undefined;
  return `WebAssembly is faster here: ${times.wasm.toFixed(1)} ms per picture, and ${times.gpu.toFixed(1)} ms on the GPU.`;
}

async function millisecondsOf(runner: Runner, input: Int16Array): Promise<number> {
  const start = performance.now();
  await runner.run(input, 1);
  return performance.now() - start;
}
