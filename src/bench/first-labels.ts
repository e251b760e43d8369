import { messageOf } from '../errors.ts';
import type { Preprocessing } from '../image/preprocessing.ts';
import type { BenchModels } from './bench-models.ts';
import { type Candidate, formOf, nameOf, type OnnxRuntimeCandidate, type OwnCandidate } from './candidate.ts';
import type { FirstLabel } from './report.ts';
import { median } from './statistics.ts';

export interface FirstLabelOptions {
  readonly siteUrl: string;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, doing: string) => void;
}

/** What the page that names one picture is to do. */
export interface FirstLabelTask {
  readonly candidate: OwnCandidate | OnnxRuntimeCandidate;
  /** Address of its model. */
  readonly model: string;
  /** How that takes its input. */
  readonly preprocessing: Preprocessing;
}

/** The address of the page that does it: what it needs to know stands in the fragment. */
export function firstLabelAddress(siteUrl: string, { candidate, model, preprocessing }: FirstLabelTask): string {
  const { engine, backend, threads } = candidate;
  const { width, height, channels, mean, scale } = preprocessing;
  const parts = new URLSearchParams({ engine, backend, model, peers: `${siteUrl}peers/`, channels });
  for (const [name, value] of Object.entries({ width, height, scale, threads })) {
    if (value !== undefined) parts.set(name, String(value));
  }
  if (mean.kind === 'channels') for (const value of mean.values) parts.append('mean', String(value));
  return `${siteUrl}first-label.html#${parts}`;
}

interface Starter {
  readonly candidate: FirstLabelTask['candidate'];
  /** Address of its model. */
  readonly model: string;
  readonly times: number[];
  failure?: string;
}

const ROUNDS = 3;
/** A frame that has not answered by then will not. */
const PATIENCE_MILLISECONDS = 120_000;

/**
 * Milliseconds from navigation to the first label, in frames that do nothing else: this project's engine by itself, with
 * all the threads that it may have, and onnxruntime-web on WASM with the most threads with which it takes part. Files come
 * from wherever the browser has them. One that fails drops out, and the other goes on.
 * @throws the signal's reason where it aborts.
 */
export async function timeFirstLabels(
  { files, preprocessing }: BenchModels,
  candidates: readonly Candidate[],
  { siteUrl, signal, onProgress }: FirstLabelOptions,
): Promise<readonly FirstLabel[]> {
  const own: OwnCandidate = { engine: 'hwgq-web', backend: 'auto' };
  const [peer] = candidates.filter(isPeer).sort((a, b) => (b.threads ?? 1) - (a.threads ?? 1));
  const starters = [own, ...(peer ? [peer] : [])].map((candidate): Starter => {
    const blob = new Blob([files.get(formOf(candidate)) ?? new Uint8Array()]);
    return { candidate, model: URL.createObjectURL(blob), times: [] };
  });
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, starter] of starters.entries()) {
        if (starter.failure !== undefined) continue;
        const { candidate, model, times } = starter;
        onProgress((round * starters.length + index) / (ROUNDS * starters.length), `First label: ${nameOf(candidate)}`);
        try {
          times.push(await timeFrame(firstLabelAddress(siteUrl, { candidate, model, preprocessing }), signal));
        } catch (error) {
          signal.throwIfAborted();
          starter.failure = messageOf(error);
        }
      }
    }
    return starters.map(({ candidate, times, failure }) => ({
      name: nameOf(candidate),
      ...(failure === undefined ? { milliseconds: median(times) } : { failure }),
    }));
  } finally {
    for (const { model } of starters) URL.revokeObjectURL(model);
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
  const over = new AbortController();
  let patience: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const listening = { signal: over.signal };
      signal.addEventListener('abort', () => reject(signal.reason), listening);
      const giveUp = () => reject(new Error(`There was no label after ${PATIENCE_MILLISECONDS / 1000} seconds.`));
      patience = setTimeout(giveUp, PATIENCE_MILLISECONDS);
      const listen = ({ source, data }: MessageEvent<unknown>) => {
        if (source !== frame.contentWindow) return;
        const { firstLabel, failure } = data as { firstLabel?: number; failure?: string };
        if (firstLabel === undefined) reject(new Error(failure));
        else resolve(firstLabel);
      };
      window.addEventListener('message', listen, listening);
      document.body.append(frame);
    });
  } finally {
    over.abort();
    clearTimeout(patience);
    frame.remove();
  }
}
