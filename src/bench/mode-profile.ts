import type { Surroundings } from './bench-engine.ts';
import type { BenchModels } from './bench-models.ts';
import { nameOf, type OwnCandidate } from './candidate.ts';
import type { LayerProfile } from './engine-protocol.ts';
import { startCandidate } from './running-engine.ts';
import { median } from './statistics.ts';

/** Images a second, where so many run together. */
export interface Throughput {
  readonly count: number;
  readonly imagesPerSecond: number;
}

/** What is to be known of this project's engine in one mode, besides its latency. */
export interface ModeProfile {
  readonly candidate: OwnCandidate;
  readonly name: string;
  readonly throughput: readonly Throughput[];
  /** Absent where the backend cannot time its steps. */
  readonly layers?: LayerProfile;
  /** Why there is nothing of it. */
  readonly failure?: string;
}

export interface ProfileOptions extends Surroundings {
  /** Images of a run. */
  readonly batches: readonly number[];
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, doing: string) => void;
}

const RUNS_OF_A_BATCH = 5;
const PROFILE_REPEATS = 15;
/** Larger batches of an engine this slow would tell nothing new. */
const LONGEST_RUN_MILLISECONDS = 4000;

/**
 * Throughput and layers of one mode, by itself.
 * @throws what the engine throws; the signal's reason where it aborts.
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
      if (throughput.length > 0 && imageMilliseconds * count > LONGEST_RUN_MILLISECONDS) break;
      onProgress(index / (batches.length + 1), `${name}: ${count} at a time`);
      await connection.call((remote) => remote.time(1, count));
      const times = await connection.call((remote) => remote.time(RUNS_OF_A_BATCH, count));
      imageMilliseconds = median(times) / count;
      throughput.push({ count, imagesPerSecond: 1000 / imageMilliseconds });
    }
    onProgress(batches.length / (batches.length + 1), `${name}: layer by layer`);
    const layers = await connection.call((remote) => remote.profile(PROFILE_REPEATS));
    onProgress(1, '');
    return { candidate, name, throughput, ...(layers ? { layers } : {}) };
  } finally {
    signal.removeEventListener('abort', end);
    connection.end(signal.reason ?? new Error('The profile is over.'));
  }
}
