import { PrivateWorker } from '../client/private-worker.ts';
import { messageOf } from '../errors.ts';
import type { BenchModels } from './bench-models.ts';
import { type Candidate, formOf, nameOf, type OwnCandidate } from './candidate.ts';
import { type DownloadSizes, downloadSizes } from './download-sizes.ts';
import { type FirstLabelOptions, timeFirstLabels } from './first-labels.ts';
import { type ModeProfile, profileMode } from './mode-profile.ts';
import type { ModelsWorker } from './models.worker.ts';
import { race } from './race.ts';
import { rememberedKernels } from './remembered-kernels.ts';
import type { BenchmarkReport, MachineDescription } from './report.ts';
import { tuneKernels } from './tune.ts';

/** What to measure. */
export interface BenchmarkSettings {
  /** A name of `NETWORK_NAMES`. */
  readonly network: string;
  readonly candidates: readonly Candidate[];
  /** Turns of each candidate. */
  readonly rounds: number;
  /** Images of a run, for throughput; none to leave throughput and layers out. */
  readonly batches: readonly number[];
  /** Whether to look for the fastest WebGPU kernels first; those remembered are used either way. */
  readonly tuning: boolean;
  /** Whether to time first labels. */
  readonly firstLabels: boolean;
}

export interface BenchmarkOptions {
  /** Folder of the site, with a slash at its end. */
  readonly siteUrl: string;
  readonly signal: AbortSignal;
  /** Share of everything that is over, 0 to 1, and what happens now. */
  readonly onProgress: (done: number, doing: string) => void;
  /** Whenever there is more to see. */
  readonly onReport?: (report: BenchmarkReport) => void;
}

/** Shares of the whole, by how long the parts usually take. */
const PARTS = { models: 0.05, tuning: 0.1, race: 0.5, firstLabels: 0.1, profiles: 0.25 } as const;

/**
 * Measures this machine: a race of all candidates, first labels, then this project's own modes one by one. What fails
 * is noted in the report, and the rest goes on.
 * @throws the signal's reason where it aborts; HwgqError where the network cannot be made.
 */
export async function runBenchmark(settings: BenchmarkSettings, options: BenchmarkOptions): Promise<BenchmarkReport> {
  const { candidates, rounds } = settings;
  const { siteUrl, signal, onProgress, onReport = () => {} } = options;
  const { network } = settings;
  let report: BenchmarkReport = {
    format: 'hwgq-benchmark',
    version: 2,
    date: new Date().toISOString(),
    machine: await describeMachine(),
    network,
    results: [],
    profiles: [],
    firstLabels: [],
    downloads: [],
  };
  const tell = (more: Partial<BenchmarkReport>) => {
    report = { ...report, ...more };
    onReport(report);
  };
  onProgress(0, `Making ${network}`);
  const [models, sizes] = [await makeModels(settings, signal), await fetchSizes(siteUrl, signal)];
  const downloads = downloadSizes(candidates, models, sizes);
  tell({ network: models.network, downloads });
  let done: number = PARTS.models;
  const part = (share: number) => {
    const start = done;
    done += share;
    return (inner: number, doing: string) => onProgress(start + share * inner, doing);
  };
  const tuningProgress = part(PARTS.tuning);
  if (settings.tuning && candidates.some(({ backend }) => backend === 'webgpu')) {
    try {
      const tuned = await tuneKernels(models, signal, (inner) =>
        tuningProgress(inner, 'Looking for the fastest kernels'),
      );
      tell({ tuning: tuned.timings });
    } catch (error) {
      signal.throwIfAborted();
      tell({ tuningFailure: messageOf(error) });
    }
  }
  const surroundings = { peersUrl: `${siteUrl}peers/`, kernelChoice: await rememberedKernels() };
  const raceProgress = part(PARTS.race);
  const onResults = (results: BenchmarkReport['results']) => tell({ results });
  tell({
    results: await race(models, candidates, { ...surroundings, rounds, signal, onProgress: raceProgress, onResults }),
  });
  const labelProgress = part(PARTS.firstLabels);
  if (settings.firstLabels) {
    const labelOptions: FirstLabelOptions = { siteUrl, signal, onProgress: labelProgress };
    tell({ firstLabels: await timeFirstLabels(models, candidates, labelOptions) });
  }
  const own = settings.batches.length === 0 ? [] : candidates.filter(isOwn);
  const profiles: ModeProfile[] = [];
  for (const candidate of own) {
    const { batches } = settings;
    const profileOptions = { ...surroundings, batches, signal, onProgress: part(PARTS.profiles / own.length) };
    // What cannot even start has said so in the race.
    const isRunning = report.results.some((result) => result.candidate === candidate && result.latency);
    if (!isRunning) continue;
    try {
      profiles.push(await profileMode(models, candidate, profileOptions));
    } catch (error) {
      signal.throwIfAborted();
      profiles.push({ candidate, name: nameOf(candidate), throughput: [], failure: messageOf(error) });
    }
    tell({ profiles: [...profiles] });
  }
  onProgress(1, '');
  return report;
}

function isOwn(candidate: Candidate): candidate is OwnCandidate {
  return candidate.engine === 'hwgq-web';
}

/** A network in the forms that the candidates load, and this project's own. */
async function makeModels({ network, candidates }: BenchmarkSettings, signal: AbortSignal): Promise<BenchModels> {
  const worker = new Worker(new URL('./models.worker.ts', import.meta.url), { type: 'module' });
  const connection = new PrivateWorker<ModelsWorker>(worker, 'worker that makes networks');
  const end = () => connection.end(signal.reason);
  signal.addEventListener('abort', end);
  try {
    signal.throwIfAborted();
    const forms = new Set(['hwgq' as const, ...candidates.map(formOf)]);
    return await connection.call((remote) => remote.make(network, [...forms]));
  } finally {
    signal.removeEventListener('abort', end);
    connection.end(new Error('The models are made.'));
  }
}

/** Sizes that the build has written down; none where the site has not been built, or cannot be reached any more. */
async function fetchSizes(siteUrl: string, signal: AbortSignal): Promise<DownloadSizes> {
  try {
    const response = await fetch(`${siteUrl}downloads.json`, { signal });
    const isJson = response.headers.get('Content-Type')?.includes('json') ?? false;
    return response.ok && isJson ? ((await response.json()) as DownloadSizes) : {};
  } catch {
    signal.throwIfAborted();
    return {};
  }
}

async function describeMachine(): Promise<MachineDescription> {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  const { vendor, architecture, description } = adapter?.info ?? {};
  const gpu = [vendor, architecture, description].filter(Boolean).join(' ');
  return {
    userAgent: navigator.userAgent,
    cores: navigator.hardwareConcurrency,
    isIsolated: crossOriginIsolated,
    ...(gpu ? { gpu } : {}),
  };
}
