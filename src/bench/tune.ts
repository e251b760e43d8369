import { type Autotuned, autotune } from '../client/autotune.ts';
import type { BenchModels } from './bench-models.ts';
import { rememberKernels } from './remembered-kernels.ts';

/**
 * Times WebGPU's kernels on a network's layers and remembers the fastest for this adapter.
 * @throws HwgqError `no-webgpu`; the signal's reason where it aborts.
 */
export async function tuneKernels(
  { files }: BenchModels,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<Autotuned> {
  const model = new Blob([files.get('hwgq') ?? new Uint8Array()]);
  const tuned = await autotune({ model, signal, onProgress });
  rememberKernels(tuned.adapter, tuned.choice);
  return tuned;
}
