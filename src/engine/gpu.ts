import type { SessionOptions } from './runner.ts';

/** WebGPU's entry point: the one given, or the browser's. */
export function gpuOf({ gpu }: Pick<SessionOptions, 'gpu'>): GPU | undefined {
  return gpu ?? (typeof navigator === 'undefined' ? undefined : navigator.gpu);
}
