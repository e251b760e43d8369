import type { BackendName } from '../engine/session.ts';
import { HwgqError } from '../errors.ts';

/** WebGPU in Node, where the npm package `webgpu` (Dawn) is installed; undefined where it is not needed or absent. */
export async function nodeGpu(backend: BackendName | 'auto'): Promise<GPU | undefined> {
  if (backend === 'reference') return undefined;
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    return create([]);
  } catch (error) {
    if (backend === 'auto') return undefined;
    throw new HwgqError(
      'no-webgpu',
      "WebGPU in Node takes the npm package 'webgpu': npm install webgpu. Or use --backend reference.",
      {},
      { cause: error },
    );
  }
}
