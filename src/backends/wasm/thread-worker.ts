import { instantiateKernels } from './kernels.ts';
import { type ThreadTask, WasmThread } from './wasm-thread.ts';

/** Runs a worker thread until the worker is terminated. */
async function start(task: ThreadTask): Promise<void> {
  const thread = new WasmThread(await instantiateKernels(task.module, task.memory), task);
  postMessage('ready');
  thread.serve();
}

// An unhandled rejection does not reach the worker's creator, so report it as an error.
addEventListener('message', ({ data }: MessageEvent<ThreadTask>) => void start(data).catch(reportError));
