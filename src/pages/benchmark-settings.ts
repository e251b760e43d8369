import { supportedSimd } from '../backends/wasm/modules.ts';
import type { BenchmarkSettings } from '../bench/benchmark.ts';
import type { Contestant, OwnContestant, PeerContestant } from '../bench/contestant.ts';
import { byId } from './dom.ts';

const ROUNDS = 10;
const BATCHES = [1, 4, 16] as const;
/** As many as a session takes by itself. */
const MOST_THREADS = 4;

/** What the form asks for. */
export async function chosenSettings(): Promise<BenchmarkSettings> {
  const peers: PeerContestant[] = [];
  if (isChecked('peer-wasm')) {
    for (const form of ['int8-twin', 'float-twin'] as const) {
      for (const threads of threadCounts()) {
        peers.push({ engine: 'onnxruntime-web', backend: 'wasm', form, threads });
      }
    }
  }
  for (const threads of threadCounts()) {
    if (isChecked('peer-tfjs')) peers.push({ engine: 'tfjs', backend: 'wasm', form: 'float-twin', threads });
    if (isChecked('peer-exact')) peers.push({ engine: 'onnxruntime-web', backend: 'wasm', form: 'exact', threads });
  }
  if (isChecked('peer-webgpu')) {
    for (const engine of ['onnxruntime-web', 'tfjs'] as const) {
      peers.push({ engine, backend: 'webgpu', form: 'float-twin' });
    }
  }
  return {
    network: byId('network', HTMLSelectElement).value,
    contestants: [...(await ownContestants()), ...peers],
    rounds: ROUNDS,
    batches: isChecked('with-examinations') ? BATCHES : [],
    tuning: isChecked('with-tuning'),
    firstLabels: isChecked('with-first-labels'),
  };
}

/** Every way in which this project's engine runs here. */
async function ownContestants(): Promise<readonly Contestant[]> {
  const own: OwnContestant[] = [];
  const best = supportedSimd();
  if (best) {
    for (const threads of threadCounts()) own.push({ engine: 'hwgq-web', backend: 'wasm', simd: best, threads });
  }
  if (best === 'relaxed') own.push({ engine: 'hwgq-web', backend: 'wasm', simd: 'plain', threads: 1 });
  if (await navigator.gpu?.requestAdapter().catch(() => null)) own.push({ engine: 'hwgq-web', backend: 'webgpu' });
  return own.length > 0 ? own : [{ engine: 'hwgq-web', backend: 'reference' }];
}

/** One, and as many as there are, where a page may have several. */
function threadCounts(): readonly number[] {
  const most = Math.min(MOST_THREADS, navigator.hardwareConcurrency);
  return crossOriginIsolated && most > 1 ? [1, most] : [1];
}

function isChecked(id: string): boolean {
  return byId(id, HTMLInputElement).checked;
}
