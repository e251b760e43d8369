import { PrivateWorker } from '../client/private-worker.ts';
import { messageOf } from '../errors.ts';
import type { BenchModels } from './bench-models.ts';
import { type Candidate, formOf, nameOf, type OwnCandidate } from './candidate.ts';
import { relaxedDotProduct } from './dot-product.ts';
import { type DownloadSizes, downloadSizes } from './download-sizes.ts';
import { type PictureSettings, raceFromPictures } from './end-to-end/end-to-end-race.ts';
import { type FirstLabelOptions, timeFirstLabels } from './first-labels.ts';
import { type ModeProfile, profileMode } from './mode-profile.ts';
import type { ModelsWorker } from './models.worker.ts';
import { race } from './race.ts';
import { rememberedKernels } from './remembered-kernels.ts';
import type { BenchmarkReport, MachineDescription } from './report.ts';
import { tuneKernels } from './tune.ts';

/** Selects what to measure. */
export interface BenchmarkSettings {
  /** A name from `NETWORK_NAMES`. */
  readonly network: string;
  readonly candidates: readonly Candidate[];
  /** Number of turns of each candidate, from input in memory to scores in memory. If 0, this is not measured. */
  readonly rounds: number;
  /** Selects what to measure from a picture to a label. If absent, this is not measured. */
  readonly pictures?: PictureSettings | undefined;
  /** Batch sizes for throughput. If empty, neither throughput nor layers are measured. */
  readonly batches: readonly number[];
  /** Whether to autotune the WebGPU kernels first. Remembered kernels are used in either case. */
  readonly tuning: boolean;
  /** Whether to measure the time to the first label. */
  readonly firstLabels: boolean;
}

/** Options of `runBenchmark`. */
export interface BenchmarkOptions {
  /** URL of the site's folder; it ends with a slash. */
  readonly siteUrl: string;
  readonly signal: AbortSignal;
  /** Called with the share that is done, 0 to 1, and a description of the current step. */
  readonly onProgress: (done: number, doing: string) => void;
  /** Called with the report so far whenever it changes. */
  readonly onReport?: (report: BenchmarkReport) => void;
}

/** Shares of the progress, by the usual duration of the parts. */
const PARTS = { models: 0.05, tuning: 0.1, pictures: 0.2, race: 0.35, firstLabels: 0.1, profiles: 0.2 } as const;

/**
 * Measures this machine: a race of all candidates, first labels, then a profile of each mode of this project's engine.
 * A failure of one part is recorded in the report; the other parts still run.
 * @throws the signal's reason if it aborts; HwgqError if the network cannot be created.
 */
export async function runBenchmark(settings: BenchmarkSettings, options: BenchmarkOptions): Promise<BenchmarkReport> {
  const { candidates, rounds } = settings;
  const { siteUrl, signal, onProgress, onReport = () => {} } = options;
  const { network } = settings;
  let report: BenchmarkReport = {
    format: 'hwgq-benchmark',
    version: 3,
    date: new Date().toISOString(),
    machine: await describeMachine(),
    network,
    endToEnd: [],
    results: [],
    profiles: [],
    firstLabels: [],
    downloads: [],
  };
  const update = (more: Partial<BenchmarkReport>) => {
    report = { ...report, ...more };
    onReport(report);
  };
  onProgress(0, `Creating ${network}`);
  const [models, sizes] = [await makeModels(settings, signal), await fetchSizes(siteUrl, signal)];
  const downloads = downloadSizes(candidates, models, sizes);
  update({ network: models.network, downloads });
  let done: number = PARTS.models;
  const part = (share: number) => {
    const start = done;
    done += share;
    return (inner: number, doing: string) => onProgress(start + share * inner, doing);
  };
  const tuningProgress = part(PARTS.tuning);
  if (settings.tuning && candidates.some(({ backend }) => backend === 'webgpu')) {
    try {
      const tuned = await tuneKernels(models, signal, (inner) => tuningProgress(inner, 'Autotuning kernels'));
      update({ tuning: tuned.timings });
    } catch (error) {
      signal.throwIfAborted();
      update({ tuningFailure: messageOf(error) });
    }
  }
  const environment = { peersUrl: `${siteUrl}peers/`, kernelChoice: await rememberedKernels() };
  const pictureProgress = part(PARTS.pictures);
  if (settings.pictures) {
    const onResults = (endToEnd: BenchmarkReport['endToEnd']) => update({ endToEnd });
    const pictureOptions = { siteUrl, signal, onProgress: pictureProgress, onResults };
    update({ endToEnd: await raceFromPictures(models, settings.pictures, pictureOptions) });
  }
  const raceProgress = part(PARTS.race);
  if (rounds > 0) {
    const onResults = (results: BenchmarkReport['results']) => update({ results });
    const raceOptions = { ...environment, rounds, signal, onProgress: raceProgress, onResults };
    update({ results: await race(models, candidates, raceOptions) });
  }
  const labelProgress = part(PARTS.firstLabels);
  if (settings.firstLabels) {
    const labelOptions: FirstLabelOptions = { siteUrl, signal, onProgress: labelProgress };
    update({ firstLabels: await timeFirstLabels(models, candidates, labelOptions) });
  }
  const own = settings.batches.length === 0 ? [] : candidates.filter(isOwn);
  const profiles: ModeProfile[] = [];
  for (const candidate of own) {
    const { batches } = settings;
    const profileOptions = { ...environment, batches, signal, onProgress: part(PARTS.profiles / own.length) };
    // A candidate that does not start has failed in the race already.
    const isRunning = report.results.some((result) => result.candidate === candidate && result.latency);
    if (!isRunning) continue;
    try {
      profiles.push(await profileMode(models, candidate, profileOptions));
    } catch (error) {
      signal.throwIfAborted();
      profiles.push({ candidate, name: nameOf(candidate), throughput: [], failure: messageOf(error) });
    }
    update({ profiles: [...profiles] });
  }
  onProgress(1, '');
  return report;
}

function isOwn(candidate: Candidate): candidate is OwnCandidate {
  return candidate.engine === 'hwgq-web';
}

/** Creates the network in the forms that the candidates load, and in this project's form. */
async function makeModels(settings: BenchmarkSettings, signal: AbortSignal): Promise<BenchModels> {
  const { network, candidates, pictures } = settings;
  const worker = new Worker(new URL('./models.worker.ts', import.meta.url), { type: 'module' });
  const connection = new PrivateWorker<ModelsWorker>(worker, 'worker that creates networks');
  const end = () => connection.end(signal.reason);
  signal.addEventListener('abort', end);
  try {
    signal.throwIfAborted();
    const forms = new Set(['hwgq' as const, ...[...candidates, ...(pictures?.candidates ?? [])].map(formOf)]);
    return await connection.call((remote) => remote.make(network, [...forms]));
  } finally {
    signal.removeEventListener('abort', end);
    connection.end(new Error('The models are complete.'));
  }
}

/** Fetches the sizes that the build wrote. Returns none if the site is not built or is unreachable. */
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

/** Describes the machine that this page runs on. */
export async function describeMachine(): Promise<MachineDescription> {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  const { vendor, architecture, description } = adapter?.info ?? {};
  const gpu = [vendor, architecture, description].filter(Boolean).join(' ');
  const dotProduct = await relaxedDotProduct().catch(() => undefined);
  return {
    userAgent: navigator.userAgent,
    cores: navigator.hardwareConcurrency,
    isIsolated: crossOriginIsolated,
    ...(dotProduct ? { dotProduct } : {}),
    ...(gpu ? { gpu } : {}),
  };
}
