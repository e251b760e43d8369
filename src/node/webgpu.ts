import { HwgqError } from '../errors.ts';

/** The entry point of Dawn, one for the process: devices are shared among classifiers with the same entry point. */
let dawn: Promise<GPU> | undefined;

/**
 * Returns WebGPU's entry point: the one of the platform if there is one, otherwise that of the npm package `webgpu`
 * (Dawn), an optional peer dependency.
 * @throws HwgqError `no-webgpu` if the package is not installed or cannot be loaded.
 */
export async function nodeGpu(): Promise<GPU> {
  if (globalThis.navigator?.gpu) return navigator.gpu;
  dawn ??= loadDawn();
  try {
    return await dawn;
  } catch (cause) {
    dawn = undefined;
    throw new HwgqError(
      'no-webgpu',
      "`backend` is 'webgpu', and the npm package 'webgpu' cannot be loaded. Install it (npm install webgpu), or use backend 'wasm'.",
      {},
      { cause },
    );
  }
}

async function loadDawn(): Promise<GPU> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  return create([]);
}
