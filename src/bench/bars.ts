import type { StepProfile } from '../engine/runner.ts';
import {
  type Contestant,
  nameOf,
  type OnnxRuntimeContestant,
  type OwnContestant,
  type PeerContestant,
} from './contestant.ts';
import type { Examination } from './examine.ts';
import type { RaceResult } from './race.ts';

/** How many times faster one contestant is to be than another. */
export interface SpeedBar {
  readonly key: string;
  readonly own: OwnContestant;
  readonly peer: PeerContestant;
  readonly atLeast: number;
  readonly aim: number;
}

/** How much of what this machine can do layers of one size make use of. */
export interface ShareBar {
  readonly key: string;
  readonly title: string;
  readonly own: OwnContestant;
  /** Height and width of their filters. */
  readonly filter: readonly [number, number];
  readonly atLeast: number;
  readonly aim: number;
}

/** Figures of which less is better. */
export interface SizeBar {
  readonly key: string;
  readonly title: string;
  readonly atMost: number;
  readonly aim: number;
}

/** A bar and what was measured. */
export interface BarResult {
  readonly title: string;
  /** Absent where it could not be measured. */
  readonly measured?: number;
  /** The ratio of the shortest times: what a busy machine disturbs least. */
  readonly ofBest?: number;
  readonly required: number;
  readonly aim: number;
  /** Of a share 1 is all. */
  readonly unit: '×' | 'bytes' | 'share';
  readonly isReached: boolean;
}

const RELAXED: OwnContestant = { engine: 'hwgq-web', backend: 'wasm', simd: 'relaxed', threads: 1 };
const PLAIN: OwnContestant = { ...RELAXED, simd: 'plain' };
const TWO_THREADS: OwnContestant = { ...RELAXED, threads: 2 };
const OWN_GPU: OwnContestant = { engine: 'hwgq-web', backend: 'webgpu' };
const INT8: OnnxRuntimeContestant = { engine: 'onnxruntime-web', backend: 'wasm', form: 'int8-twin', threads: 1 };
const INT8_TWO_THREADS: OnnxRuntimeContestant = { ...INT8, threads: 2 };
const FLOAT: PeerContestant = { ...INT8, form: 'float-twin' };
const FLOAT_GPU: PeerContestant = { engine: 'onnxruntime-web', backend: 'webgpu', form: 'float-twin' };

/** Latencies on ResNet-18, one image at a time. */
export const WASM_BARS: readonly SpeedBar[] = [
  { key: 'relaxed', own: RELAXED, peer: INT8, atLeast: 4.5, aim: 6 },
  { key: 'plain', own: PLAIN, peer: INT8, atLeast: 3.5, aim: 4.5 },
  { key: 'float', own: RELAXED, peer: FLOAT, atLeast: 10, aim: 12 },
  { key: 'threads', own: TWO_THREADS, peer: INT8_TWO_THREADS, atLeast: 4, aim: 5 },
];

/** On a software adapter. */
export const SOFTWARE_GPU_BARS: readonly SpeedBar[] = [
  { key: 'software-gpu', own: OWN_GPU, peer: FLOAT_GPU, atLeast: 40, aim: 60 },
];

/** On a GPU of hardware. */
export const GPU_BARS: readonly SpeedBar[] = [{ key: 'gpu', own: OWN_GPU, peer: FLOAT_GPU, atLeast: 5, aim: 10 }];

/** On a GPU of hardware too. */
export const PEAK_BAR: ShareBar = {
  key: 'peak',
  title: '3×3 layers on WebGPU, share of the measured popcount peak',
  own: OWN_GPU,
  filter: [3, 3],
  atLeast: 0.5,
  aim: 0.7,
};

/** What runs in the same race as those that bars compare. */
export const WASM_BYSTANDERS: readonly Contestant[] = [
  { engine: 'onnxruntime-web', backend: 'wasm', form: 'exact', threads: 1 },
  { engine: 'tfjs', backend: 'wasm', form: 'float-twin', threads: 1 },
  { engine: 'tfjs', backend: 'wasm', form: 'float-twin', threads: 2 },
];

export const GPU_BYSTANDERS: readonly Contestant[] = [{ engine: 'tfjs', backend: 'webgpu', form: 'float-twin' }];

/** From navigation to the first label, nothing cached, both with the same threads. */
export const START_BAR: SpeedBar & { readonly peer: OnnxRuntimeContestant } = {
  key: 'start',
  own: { engine: 'hwgq-web', backend: 'auto', threads: 2 },
  peer: INT8_TWO_THREADS,
  atLeast: 5,
  aim: 8,
};

export const DOWNLOAD_BAR: SizeBar = {
  key: 'download',
  title: 'download of the library, gzipped',
  atMost: 60_000,
  aim: 40_000,
};

export const MEMORY_BAR: SizeBar = {
  key: 'memory',
  title: 'ResNet-18: worker heap after collection + WASM memory + live GPU bytes',
  atMost: 30_000_000,
  aim: 16_000_000,
};

/** The contestants that bars compare, each once. */
export function contestantsOf(bars: readonly SpeedBar[]): readonly Contestant[] {
  const all = bars.flatMap(({ own, peer }) => [own, peer]);
  return [...new Map(all.map((contestant) => [nameOf(contestant), contestant])).values()];
}

/** A bar from a race's medians. */
export function speedResult(bar: SpeedBar, results: readonly RaceResult[]): BarResult {
  const latency = (contestant: Contestant) => results.find(({ name }) => name === nameOf(contestant))?.latency;
  const [own, peer] = [latency(bar.own), latency(bar.peer)];
  const result = ratioResult(bar, own?.median ?? Number.NaN, peer?.median ?? Number.NaN);
  return own && peer ? { ...result, ofBest: peer.best / own.best } : result;
}

/** A speed bar from two times. */
export function ratioResult(bar: SpeedBar, own: number, peer: number, what = ''): BarResult {
  const ratio = peer / own;
  return {
    title: `${what}${nameOf(bar.own)}, against ${nameOf(bar.peer)}`,
    ...(Number.isFinite(ratio) ? { measured: ratio } : {}),
    required: bar.atLeast,
    aim: bar.aim,
    unit: '×',
    isReached: ratio >= bar.atLeast,
  };
}

/** A bar from the layers of an examination: all that such layers do, by all the time that they take. */
export function shareResult(bar: ShareBar, examinations: readonly Examination[]): BarResult {
  const layers = examinations.find(({ name }) => name === nameOf(bar.own))?.layers;
  const isSuch = ({ planes, filter }: StepProfile) =>
    planes > 0 && filter?.[0] === bar.filter[0] && filter[1] === bar.filter[1];
  const steps = layers?.steps.filter(isSuch) ?? [];
  const multiplyAdds = steps.reduce((sum, step) => sum + step.multiplyAdds, 0);
  const milliseconds = steps.reduce((sum, step) => sum + step.milliseconds, 0);
  const rate = (1000 * multiplyAdds) / milliseconds;
  const share = rate / (layers?.peaks.binary ?? Number.NaN);
  return {
    title: bar.title,
    ...(Number.isFinite(share) ? { measured: share } : {}),
    required: bar.atLeast,
    aim: bar.aim,
    unit: 'share',
    isReached: share >= bar.atLeast,
  };
}

export function sizeResult({ title, atMost, aim }: SizeBar, measured: number): BarResult {
  return { title, measured, required: atMost, aim, unit: 'bytes', isReached: measured <= atMost };
}
