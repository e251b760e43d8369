import { messageOf } from '../errors.ts';
import type { Preprocessing } from '../image/preprocessing.ts';
import type { BenchModels } from './bench-models.ts';
import {
  type Candidate,
  formOf,
  type LiteRtCandidate,
  nameOf,
  type OnnxRuntimeCandidate,
  type OwnCandidate,
} from './candidate.ts';
import type { FirstLabel } from './report.ts';
import { median } from './statistics.ts';

/** Options of `timeFirstLabels`. */
export interface FirstLabelOptions {
  readonly siteUrl: string;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, doing: string) => void;
}

/** An engine whose page classifies one picture. */
export type FirstLabelCandidate = OwnCandidate | OnnxRuntimeCandidate | LiteRtCandidate;

/** Describes a run of an engine's page that classifies one picture. */
export interface FirstLabelTask {
  readonly candidate: FirstLabelCandidate;
  /** URL of the model, absolute or relative to the site. */
  readonly model: string;
  /** Preprocessing of the model. */
  readonly preprocessing: Preprocessing;
}

/** The page of each engine. */
const PAGES = { 'hwgq-web': 'hwgq-web', 'onnxruntime-web': 'onnxruntime-web', 'LiteRT.js': 'litert' } as const;

/** Returns the URL of the page that runs a task. The fragment describes the task. */
export function firstLabelAddress(siteUrl: string, { candidate, model, preprocessing }: FirstLabelTask): string {
  const { engine, backend, threads } = candidate;
  const { width, height, channels, mean, scale } = preprocessing;
  const peers = `${siteUrl}peers/`;
  const parts = new URLSearchParams({ backend, model: new URL(model, siteUrl).href, peers, channels });
  for (const [name, value] of Object.entries({ width, height, scale, threads })) {
    if (value !== undefined) parts.set(name, String(value));
  }
  if (mean.kind === 'channels') for (const value of mean.values) parts.append('mean', String(value));
  return `${siteUrl}first-label/${PAGES[engine]}.html#${parts}`;
}

/** Returns the URL of the page that starts a worker which answers at once: the least time that any page needs. */
export function floorAddress(siteUrl: string): string {
  return `${siteUrl}first-label/floor.html`;
}

/** A task that is timed in several rounds. */
interface TimedTask {
  readonly candidate: FirstLabelCandidate;
  /** URL of the model. */
  readonly model: string;
  readonly times: number[];
  failure?: string;
}

const ROUNDS = 3;
const TIMEOUT_MILLISECONDS = 120_000;

/**
 * Measures the time from navigation to the first label in frames: of this project's engine with default options, and of
 * onnxruntime-web on WASM with the highest number of threads among the candidates. The browser's HTTP cache is in use. An
 * engine that fails is left out of later rounds.
 * @throws the signal's reason if it aborts.
 */
export async function timeFirstLabels(
  { files, preprocessing }: BenchModels,
  candidates: readonly Candidate[],
  { siteUrl, signal, onProgress }: FirstLabelOptions,
): Promise<readonly FirstLabel[]> {
  const own: OwnCandidate = { engine: 'hwgq-web', backend: 'auto' };
  const [peer] = candidates.filter(isPeer).sort((a, b) => (b.threads ?? 1) - (a.threads ?? 1));
  const tasks = [own, ...(peer ? [peer] : [])].map((candidate): TimedTask => {
    const blob = new Blob([files.get(formOf(candidate)) ?? new Uint8Array()]);
    return { candidate, model: URL.createObjectURL(blob), times: [] };
  });
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, task] of tasks.entries()) {
        if (task.failure !== undefined) continue;
        const { candidate, model, times } = task;
        onProgress((round * tasks.length + index) / (ROUNDS * tasks.length), `First label: ${nameOf(candidate)}`);
        try {
          times.push(await timeFrame(firstLabelAddress(siteUrl, { candidate, model, preprocessing }), signal));
        } catch (error) {
          signal.throwIfAborted();
          task.failure = messageOf(error);
        }
      }
    }
    return tasks.map(({ candidate, times, failure }) => ({
      name: nameOf(candidate),
      ...(failure === undefined ? { milliseconds: median(times) } : { failure }),
    }));
  } finally {
    for (const { model } of tasks) URL.revokeObjectURL(model);
  }
}

function isPeer(candidate: Candidate): candidate is OnnxRuntimeCandidate {
  return candidate.engine === 'onnxruntime-web' && candidate.backend === 'wasm';
}

async function timeFrame(url: string, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.src = url;
  const done = new AbortController();
  let timeout: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const options = { signal: done.signal };
      signal.addEventListener('abort', () => reject(signal.reason), options);
      const giveUp = () =>
        reject(new Error(`The page returned no label within ${TIMEOUT_MILLISECONDS / 1000} seconds.`));
      timeout = setTimeout(giveUp, TIMEOUT_MILLISECONDS);
      const listen = ({ source, data }: MessageEvent<unknown>) => {
        if (source !== frame.contentWindow) return;
        const { firstLabel, failure } = data as { firstLabel?: number; failure?: string };
        if (firstLabel === undefined) reject(new Error(failure));
        else resolve(firstLabel);
      };
      window.addEventListener('message', listen, options);
      document.body.append(frame);
    });
  } finally {
    done.abort();
    clearTimeout(timeout);
    frame.remove();
  }
}
