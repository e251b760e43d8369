import type { EngineEnvironment } from './bench-engine.ts';
import type { BenchModels } from './bench-models.ts';
import { nameOf, type OwnCandidate } from './candidate.ts';
import type { LayerProfile } from './engine-protocol.ts';
import { startCandidate } from './running-engine.ts';
import { median } from './statistics.ts';

/** Throughput of one batch size. */
export interface Throughput {
  /** Batch size. */
  readonly count: number;
  readonly imagesPerSecond: number;
}

/** Throughput and layer times of this project's engine in one mode. */
export interface ModeProfile {
  readonly candidate: OwnCandidate;
  readonly name: string;
  readonly throughput: readonly Throughput[];
  /** Absent if the backend cannot time steps. */
  readonly layers?: LayerProfile;
  /** Reason of a failure. */
  readonly failure?: string;
}

export interface ProfileOptions extends EngineEnvironment {
  /** Batch sizes for throughput. */
  readonly batches: readonly number[];
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, doing: string) => void;
}

const RUNS_PER_BATCH_SIZE = 5;
const PROFILE_REPEATS = 15;
/** Batch sizes whose runs would take longer are skipped: they add no information. */
const MAX_RUN_MILLISECONDS = 4000;

/**
 * Measures throughput and layer times of one mode in its own worker.
 * @throws the error of the engine; the signal's reason if it aborts.
 */
export async function profileMode(
  models: BenchModels,
  candidate: OwnCandidate,
  options: ProfileOptions,
): Promise<ModeProfile> {
  const { batches, signal, onProgress } = options;
  const name = nameOf(candidate);
  onProgress(0, `Starting ${name}`);
  const { connection, started } = await startCandidate(models, candidate, options, signal);
  const end = () => connection.end(signal.reason);
  signal.addEventListener('abort', end);
  try {
    const throughput: Throughput[] = [];
    let imageMilliseconds = started.firstRunMilliseconds;
    for (const [index, count] of batches.entries()) {
      if (throughput.length > 0 && imageMilliseconds * count > MAX_RUN_MILLISECONDS) break;
      onProgress(index / (batches.length + 1), `${name}: batch size ${count}`);
      await connection.call((remote) => remote.time(1, count));
      const times = await connection.call((remote) => remote.time(RUNS_PER_BATCH_SIZE, count));
      imageMilliseconds = median(times) / count;
      throughput.push({ count, imagesPerSecond: 1000 / imageMilliseconds });
    }
    onProgress(batches.length / (batches.length + 1), `${name}: layer by layer`);
    const layers = await connection.call((remote) => remote.profile(PROFILE_REPEATS));
    onProgress(1, '');
    return { candidate, name, throughput, ...(layers ? { layers } : {}) };
  } finally {
    signal.removeEventListener('abort', end);
    connection.end(signal.reason ?? new Error('The profile is complete.'));
  }
}
