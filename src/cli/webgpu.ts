import type { BackendName } from '../engine/runner.ts';
import { HwgqError } from '../errors.ts';

/**
 * WebGPU in Node, by the npm package `webgpu` (Dawn); undefined where another backend is to run.
 * @throws HwgqError `no-webgpu` where the package is not installed.
 */
export async function nodeGpu(backend: BackendName | 'auto'): Promise<GPU | undefined> {
  if (backend !== 'webgpu') return undefined;
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    return create([]);
  } catch (error) {
    throw new HwgqError(
      'no-webgpu',
      "WebGPU in Node takes the npm package 'webgpu': npm install webgpu. Or use --backend wasm.",
      {},
      { cause: error },
    );
  }
}
