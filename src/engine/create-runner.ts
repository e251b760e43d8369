import { findHardware } from '../backends/webgpu/device.ts';
import { type ErrorCode, HwgqError, messageOf, missingPart } from '../errors.ts';
import { workOf } from '../graph/work.ts';
import type { Model } from '../model/model.ts';
import { AutoRunner } from './auto-runner.ts';
import { interpretedBytes } from './expect-affordable.ts';
import { FallbackRunner } from './fallback-runner.ts';
import { gpuOf } from './gpu.ts';
import { loadWasmRunner, type WasmRunner } from './load-wasm-runner.ts';
import { untilAborted, whenOpened } from './patience.ts';
import type { BackendName, Runner, SessionOptions } from './runner.ts';

/** Errors after which `auto` continues without WebAssembly. None of them is the caller's mistake. */
const WASM_FAILURES: readonly ErrorCode[] = ['no-wasm', 'unsupported', 'out-of-memory'];

/** A model, the outputs of each run, and the session's options. */
interface Request {
  readonly model: Model;
  readonly blobs: readonly string[];
  readonly options: SessionOptions;
}

/**
 * Loads a model on a backend. `auto` loads it on WebAssembly, and tries a hardware GPU once the session runs. Without
 * WebAssembly it chooses a hardware GPU, and the interpreter if neither runs the model.
 * @throws HwgqError the errors of `createSession`.
 */
export async function createRunner(
  model: Model,
  blobs: readonly string[],
  backend: BackendName | 'auto',
  options: SessionOptions,
): Promise<Runner> {
  const request = { model, blobs, options };
  switch (backend) {
    case 'webgpu':
      return gpuRunner(request);
    case 'wasm':
      return wasmRunner(request);
    case 'reference':
      return referenceRunner(request);
    case 'auto':
      return autoRunner(request);
  }
}

async function autoRunner(request: Request): Promise<Runner> {
  const { options } = request;
  const { onBackendChange = () => {} } = options;
  const gpu = gpuOf(options);
  const wasm = await wasmOrReason(request);
  const replaceable = (runner: Runner) =>
    new FallbackRunner(
      runner,
      async (loss) => withoutGpu(loss, await wasmOrReason(silent(request)), request),
      onBackendChange,
    );
  if (wasm instanceof HwgqError) {
    const found = await hardwareOrReason(request, options.signal).catch(messageOf);
    const only = typeof found === 'string' ? found : await gpuRunner(request).catch(messageOf);
    return typeof only === 'string' ? withoutGpu(only, wasm, request) : replaceable(only);
  }
  if (!gpu) return withoutGpu('WebGPU is not available.', wasm, request);
  return new AutoRunner(wasm, {
    onBackendChange,
    findGpu: async (alone, signal) => {
      const adapter = await hardwareOrReason(request, signal);
      if (typeof adapter === 'string') return adapter;
      const { findFasterGpu } = await loadGpu();
      const faster = await findFasterGpu(silent(request), { adapter, wasm, alone, signal });
      return typeof faster === 'string' ? faster : replaceable(faster);
    },
  });
}

function hardwareOrReason({ options }: Request, signal: AbortSignal | undefined) {
  return untilAborted(whenOpened(findHardware(gpuOf(options), options.powerPreference)), signal);
}

/** Loads a model on WebGPU, and compares its results with WebAssembly's, or with the interpreter's. */
async function gpuRunner(request: Request): Promise<Runner> {
  const { createProvenGpu } = await loadGpu();
  return createProvenGpu(request, async () => {
    const wasm = await wasmOrReason(silent({ ...request, options: { ...request.options, threads: 1 } }));
    return wasm instanceof HwgqError ? withoutWasm(wasm, request) : wasm;
  });
}

async function wasmRunner({ model, blobs, options }: Request): Promise<WasmRunner> {
  const { WasmRunner } = await loadWasmRunner();
  return WasmRunner.create(model, blobs, options);
}

/** Loads a model on WebAssembly, or returns why it does not run there. */
function wasmOrReason(request: Request): Promise<WasmRunner | HwgqError> {
  return wasmRunner(request).catch((error: unknown) => {
    if (error instanceof HwgqError && WASM_FAILURES.includes(error.code)) return error;
    throw error;
  });
}

/** Returns WebAssembly, or the interpreter, with the reason for not using the GPU. */
async function withoutGpu(reason: string, wasm: WasmRunner | HwgqError, request: Request): Promise<Runner> {
  if (wasm instanceof HwgqError) return withoutWasm(wasm, request, `${reason} ${wasm.message}`);
  wasm.fallbackReason = reason;
  return wasm;
}

/** Returns the interpreter. @throws the error of WebAssembly if that lacked memory and the interpreter needs more. */
async function withoutWasm(failure: HwgqError, request: Request, fallbackReason?: string): Promise<Runner> {
  const needed = Number(failure.details.bytes ?? 0);
  if (failure.code === 'out-of-memory' && interpretedBytes(workOf(request.model.graph)) >= needed) throw failure;
  return referenceRunner(request, fallbackReason);
}

/** Loads the code and the shaders of WebGPU, which only pages that use them fetch. */
function loadGpu() {
  return import('./proven-gpu.ts').catch(missingPart);
}

/** Loads a model on the interpreter. Its code is fetched only by pages that use it. */
async function referenceRunner({ model, blobs }: Request, fallbackReason?: string): Promise<Runner> {
  const { ReferenceRunner } = await import('./reference-runner.ts').catch(missingPart);
  return new ReferenceRunner(model, blobs, fallbackReason);
}

/** Returns a request whose progress is not reported, because the session has been created already or reports another's. */
function silent(request: Request): Request {
  return { ...request, options: { ...request.options, onProgress: () => {} } };
}
