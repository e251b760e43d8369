import { compileKernels } from '../backends/wasm/compile-kernels.ts';
import { prestartThreads } from '../backends/wasm/thread-pool.ts';
import { findAdapter } from '../backends/webgpu/device.ts';
import { gpuOf } from './gpu.ts';
import { loadWasmRunner } from './load-wasm-runner.ts';
import type { SessionOptions } from './runner.ts';
import { wasmOptions } from './wasm-options.ts';

/**
 * Starts the work that a session needs with any model: starts threads, fetches the WebAssembly backend and compiles its
 * kernels, or requests a GPU adapter. `auto` does not touch the GPU yet. It ignores failures, which `createSession`
 * encounters again and reports.
 */
export function prepareSession(options: SessionOptions): void {
  const { backend = 'auto' } = options;
  if (backend === 'auto' || backend === 'wasm') {
    prepareKernels(options).catch(() => {});
    loadWasmRunner().catch(() => {});
  }
  if (backend === 'webgpu') prepareAdapter(options).catch(() => {});
}

async function prepareKernels(options: SessionOptions): Promise<void> {
  const { simd, threads } = wasmOptions(options);
  prestartThreads(threads - 1);
  await compileKernels(simd, threads > 1);
}

async function prepareAdapter(options: SessionOptions): Promise<void> {
  const gpu = gpuOf(options);
  if (gpu) await findAdapter(gpu, options.powerPreference);
}
