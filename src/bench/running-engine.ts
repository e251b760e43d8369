import { PrivateWorker } from '../client/private-worker.ts';
import type { EngineEnvironment } from './bench-engine.ts';
import type { BenchModels } from './bench-models.ts';
import { type Candidate, loadedForm } from './candidate.ts';
import type { EngineWorker, StartedEngine } from './engine-protocol.ts';

/** A candidate that is ready in its own worker. */
export interface RunningEngine {
  readonly candidate: Candidate;
  readonly connection: PrivateWorker<EngineWorker>;
  readonly started: StartedEngine;
  /** Scores of the first run. */
  readonly scores: Float32Array;
}

/**
 * Starts a candidate with a network.
 * @throws the error of the engine; the signal's reason if it aborts.
 */
export async function startCandidate(
  { files, input }: BenchModels,
  candidate: Candidate,
  { peersUrl, kernelChoice }: EngineEnvironment,
  signal: AbortSignal,
): Promise<RunningEngine> {
  const worker = new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' });
  const connection = new PrivateWorker<EngineWorker>(worker, `worker of ${candidate.engine}`);
  const end = () => connection.end(signal.reason);
  signal.addEventListener('abort', end);
  try {
    signal.throwIfAborted();
    const file = files.get(loadedForm(candidate)) ?? new Uint8Array();
    const start = { candidate, file, input, peersUrl, kernelChoice };
    const { started, scores } = await connection.call((remote) => remote.start(start));
    return { candidate, connection, started, scores };
  } catch (error) {
    connection.end(error);
    throw error;
  } finally {
    signal.removeEventListener('abort', end);
  }
}
