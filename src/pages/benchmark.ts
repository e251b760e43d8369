import type { BenchModels } from '../bench/bench-models.ts';
import { type Contestant, formOf } from '../bench/contestant.ts';
import type { ModelsWorker } from '../bench/models.worker.ts';
import { type RaceResult, race } from '../bench/race.ts';
import { WorkerConnection } from '../bench/worker-connection.ts';

/** What machines call: `npm run bench` does. */
interface BenchmarkApi {
  race(
    network: string,
    contestants: readonly Contestant[],
    rounds: number,
    onProgress?: (done: number, doing: string) => void,
  ): Promise<readonly RaceResult[]>;
}

declare global {
  interface Window {
    hwgqBenchmark: BenchmarkApi;
  }
}

window.hwgqBenchmark = {
  async race(network, contestants, rounds, onProgress = () => {}) {
    const models = await makeModels(network, contestants);
    return race(models, contestants, {
      peersUrl: new URL('peers/', document.baseURI).href,
      rounds,
      signal: new AbortController().signal,
      onProgress,
    });
  },
};

async function makeModels(network: string, contestants: readonly Contestant[]): Promise<BenchModels> {
  const worker = new Worker(new URL('../bench/models.worker.ts', import.meta.url), { type: 'module' });
  const connection = new WorkerConnection<ModelsWorker>(worker);
  try {
    const forms = [...new Set(contestants.map(formOf))];
    return await connection.call((remote) => remote.make(network, forms));
  } finally {
    connection.end(new Error('The models are made.'));
  }
}
