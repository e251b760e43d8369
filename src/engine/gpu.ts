import type { SessionOptions } from './runner.ts';

/** Returns WebGPU's entry point: the option, or the platform's. */
export function gpuOf({ gpu }: Pick<SessionOptions, 'gpu'>): GPU | undefined {
  return gpu ?? (typeof navigator === 'undefined' ? undefined : navigator.gpu);
}
