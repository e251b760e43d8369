import { type Autotuned, autotune } from '../client/autotune.ts';
import type { BenchModels } from './bench-models.ts';
import { rememberKernels } from './remembered-kernels.ts';

/**
 * Times the WebGPU kernels on the layers of a network and remembers the fastest ones for this adapter.
 * @throws HwgqError `no-webgpu`; the signal's reason if it aborts.
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
