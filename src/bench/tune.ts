import { proxy } from 'comlink';
import type { AutotunedModel } from '../engine/autotune-model.ts';
import type { BenchModels } from './bench-models.ts';
import { rememberKernels } from './remembered-kernels.ts';
import type { TuneWorker } from './tune.worker.ts';
import { WorkerConnection } from './worker-connection.ts';

/**
 * Times WebGPU's kernels on a network's layers and remembers the fastest for this adapter.
 * @throws HwgqError `no-webgpu`; the signal's reason where it aborts.
 */
export async function tuneKernels(
  { files }: BenchModels,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<AutotunedModel> {
  const worker = new Worker(new URL('./tune.worker.ts', import.meta.url), { type: 'module' });
  const connection = new WorkerConnection<TuneWorker>(worker);
  const end = () => connection.end(signal.reason);
  signal.addEventListener('abort', end);
  try {
    signal.throwIfAborted();
    const file = files.get('hwgq') ?? new Uint8Array();
    const tuned = await connection.call((remote) => remote.tune(file, proxy(onProgress)));
    rememberKernels(tuned.adapter, tuned.choice);
    return tuned;
  } finally {
    signal.removeEventListener('abort', end);
    connection.end(new Error('The kernels are tuned.'));
  }
}
