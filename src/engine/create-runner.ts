import { softwareAdapterReason } from '../backends/webgpu/device.ts';
import { type ErrorCode, HwgqError, messageOf, missingPart } from '../errors.ts';
import { elementCount } from '../graph/shapes.ts';
import type { Model } from '../model/model.ts';
import { FallbackRunner } from './fallback-runner.ts';
import { gpuOf } from './gpu.ts';
import type { BackendName, Runner, SessionOptions } from './runner.ts';
import { WasmRunner } from './wasm-runner.ts';

/** Why `auto` does without WebAssembly: none of these is the caller's mistake. */
const LACKS: readonly ErrorCode[] = ['no-wasm', 'unsupported', 'out-of-memory'];
/** Runs of each backend where the faster one is chosen. */
const TRIALS = 3;

/**
 * What a model runs on. `auto` takes the faster of a hardware GPU and WebAssembly, as measured on this model; where there
 * is no such GPU, or it fails, WebAssembly; and the interpreter where neither runs the model.
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
  const looking = softwareAdapterReason(gpuOf(options), options.powerPreference).catch(messageOf);
  const wasm = await wasmOrReason(model, blobs, options);
  const gpu = (await looking) ?? (await webGpuRunner(model, blobs, options).catch(messageOf));
  if (typeof gpu === 'string') return withoutGpu(gpu, wasm, model, blobs);
  if (typeof wasm !== 'string') {
    const reason = await slownessOf(gpu, wasm, elementCount(model.graph.input.shape)).catch(messageOf);
    (reason === undefined ? wasm : gpu).dispose();
    if (reason !== undefined) return withoutGpu(reason, wasm, model, blobs);
  }
  return new FallbackRunner(gpu, async (loss) => {
    const next = await wasmOrReason(model, blobs, { ...options, onProgress: () => {} });
    return withoutGpu(loss, next, model, blobs);
  });
}

/** WebAssembly, or why it does not run the model. */
function wasmOrReason(model: Model, blobs: readonly string[], options: SessionOptions): Promise<WasmRunner | string> {
  return WasmRunner.create(model, blobs, options).catch((error: unknown) => {
    if (error instanceof HwgqError && LACKS.includes(error.code)) return error.message;
    throw error;
  });
}

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

/** With its shaders, which only those load who have a use for them. */
async function webGpuRunner(model: Model, blobs: readonly string[], options: SessionOptions): Promise<Runner> {
  const { WebGpuRunner } = await import('./webgpu-runner.ts').catch(missingPart);
  return WebGpuRunner.create(model, blobs, options);
}

/** The interpreter is loaded by those alone who have nothing else, or ask for it. */
async function referenceRunner(model: Model, blobs: readonly string[], fallbackReason?: string): Promise<Runner> {
  const { ReferenceRunner } = await import('./reference-runner.ts').catch(missingPart);
  return new ReferenceRunner(model, blobs, fallbackReason);
}

/** That the GPU is the slower one; undefined where it is the faster. */
async function slownessOf(gpu: Runner, wasm: Runner, inputLength: number): Promise<string | undefined> {
  const input = new Int16Array(inputLength);
  const times = { gpu: Number.POSITIVE_INFINITY, wasm: Number.POSITIVE_INFINITY };
  for (let trial = 0; trial < TRIALS; trial++) {
    times.gpu = Math.min(times.gpu, await millisecondsOf(gpu, input));
    times.wasm = Math.min(times.wasm, await millisecondsOf(wasm, input));
  }
  if (times.gpu <= times.wasm) return undefined;
  return `WebAssembly took ${times.wasm.toFixed(1)} ms a picture here, the GPU ${times.gpu.toFixed(1)} ms.`;
}

async function millisecondsOf(runner: Runner, input: Int16Array): Promise<number> {
  const start = performance.now();
  await runner.run(input, 1);
  return performance.now() - start;
}
