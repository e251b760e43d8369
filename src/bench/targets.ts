import type { StepProfile } from '../engine/runner.ts';
import {
  type Candidate,
  nameOf,
  type OnnxRuntimeCandidate,
  type OwnCandidate,
  type PeerCandidate,
} from './candidate.ts';
import type { ModeProfile } from './mode-profile.ts';
import type { RaceResult } from './race.ts';

/** How many times faster one candidate is to be than another. */
export interface SpeedTarget {
  readonly key: string;
  readonly own: OwnCandidate;
  readonly peer: PeerCandidate;
  readonly minimum: number;
  readonly goal: number;
}

/** How much of what this machine can do layers of one size make use of. */
export interface ShareTarget {
  readonly key: string;
  readonly title: string;
  readonly own: OwnCandidate;
  /** Height and width of their filters. */
  readonly filter: readonly [number, number];
  readonly minimum: number;
  readonly goal: number;
}

/** Figures of which less is better. */
export interface SizeTarget {
  readonly key: string;
  readonly title: string;
  readonly maximum: number;
  readonly goal: number;
}

/** A target and what was measured. */
export interface TargetResult {
  readonly title: string;
  /** Absent where it could not be measured. */
  readonly measured?: number;
  /** The ratio of the shortest times: what a busy machine disturbs least. */
  readonly ofBest?: number;
  readonly required: number;
  readonly goal: number;
  /** Of a share 1 is all. */
  readonly unit: '×' | 'bytes' | 'share';
  readonly isMet: boolean;
}

const RELAXED: OwnCandidate = { engine: 'hwgq-web', backend: 'wasm', simd: 'relaxed', threads: 1 };
const PLAIN: OwnCandidate = { ...RELAXED, simd: 'plain' };
const TWO_THREADS: OwnCandidate = { ...RELAXED, threads: 2 };
const OWN_GPU: OwnCandidate = { engine: 'hwgq-web', backend: 'webgpu' };
const INT8: OnnxRuntimeCandidate = { engine: 'onnxruntime-web', backend: 'wasm', form: 'int8-twin', threads: 1 };
const INT8_TWO_THREADS: OnnxRuntimeCandidate = { ...INT8, threads: 2 };
const FLOAT: PeerCandidate = { ...INT8, form: 'float-twin' };
const FLOAT_GPU: PeerCandidate = { engine: 'onnxruntime-web', backend: 'webgpu', form: 'float-twin' };

/** Latencies on ResNet-18, one image at a time. */
export const WASM_TARGETS: readonly SpeedTarget[] = [
  { key: 'relaxed', own: RELAXED, peer: INT8, minimum: 4.5, goal: 6 },
  { key: 'plain', own: PLAIN, peer: INT8, minimum: 3.5, goal: 4.5 },
  { key: 'float', own: RELAXED, peer: FLOAT, minimum: 10, goal: 12 },
  { key: 'threads', own: TWO_THREADS, peer: INT8_TWO_THREADS, minimum: 4, goal: 5 },
];

/** On a software adapter. */
export const SOFTWARE_GPU_TARGETS: readonly SpeedTarget[] = [
  { key: 'software-gpu', own: OWN_GPU, peer: FLOAT_GPU, minimum: 40, goal: 60 },
];

/** On a GPU of hardware. */
export const GPU_TARGETS: readonly SpeedTarget[] = [
  { key: 'gpu', own: OWN_GPU, peer: FLOAT_GPU, minimum: 5, goal: 10 },
];

/** On a GPU of hardware too. */
export const PEAK_TARGET: ShareTarget = {
  key: 'peak',
  title: '3×3 layers on WebGPU, share of the measured popcount peak',
  own: OWN_GPU,
  filter: [3, 3],
  minimum: 0.5,
  goal: 0.7,
};

/** What runs in the same race as those that targets compare. */
export const OTHER_WASM_CANDIDATES: readonly Candidate[] = [
  { engine: 'onnxruntime-web', backend: 'wasm', form: 'exact', threads: 1 },
  { engine: 'tfjs', backend: 'wasm', form: 'float-twin', threads: 1 },
  { engine: 'tfjs', backend: 'wasm', form: 'float-twin', threads: 2 },
];

export const OTHER_GPU_CANDIDATES: readonly Candidate[] = [{ engine: 'tfjs', backend: 'webgpu', form: 'float-twin' }];

/** From navigation to the first label, nothing cached, both with the same threads. */
export const START_TARGET: SpeedTarget & { readonly peer: OnnxRuntimeCandidate } = {
  key: 'start',
  own: { engine: 'hwgq-web', backend: 'auto', threads: 2 },
  peer: INT8_TWO_THREADS,
  minimum: 5,
  goal: 8,
};

export const DOWNLOAD_TARGET: SizeTarget = {
  key: 'download',
  title: 'download of the library, gzipped',
  maximum: 60_000,
  goal: 40_000,
};

export const MEMORY_TARGET: SizeTarget = {
  key: 'memory',
  title: 'ResNet-18: worker heap after collection + WASM memory + live GPU bytes',
  maximum: 30_000_000,
  goal: 16_000_000,
};

/** The candidates that targets compare, each once. */
export function candidatesOf(targets: readonly SpeedTarget[]): readonly Candidate[] {
  const all = targets.flatMap(({ own, peer }) => [own, peer]);
  return [...new Map(all.map((candidate) => [nameOf(candidate), candidate])).values()];
}

/** A target from a race's medians. */
export function speedResult(target: SpeedTarget, results: readonly RaceResult[]): TargetResult {
  const latency = (candidate: Candidate) => results.find(({ name }) => name === nameOf(candidate))?.latency;
  const [own, peer] = [latency(target.own), latency(target.peer)];
  const result = ratioResult(target, own?.median ?? Number.NaN, peer?.median ?? Number.NaN);
  return own && peer ? { ...result, ofBest: peer.best / own.best } : result;
}

/** A speed target from two times. */
export function ratioResult(target: SpeedTarget, own: number, peer: number, what = ''): TargetResult {
  const ratio = peer / own;
  return {
    title: `${what}${nameOf(target.own)}, against ${nameOf(target.peer)}`,
    ...(Number.isFinite(ratio) ? { measured: ratio } : {}),
    required: target.minimum,
    goal: target.goal,
    unit: '×',
    isMet: ratio >= target.minimum,
  };
}

/** A target from the layers of an profile: all that such layers do, by all the time that they take. */
export function shareResult(target: ShareTarget, profiles: readonly ModeProfile[]): TargetResult {
  const layers = profiles.find(({ name }) => name === nameOf(target.own))?.layers;
  const isSuch = ({ planes, filter }: StepProfile) =>
    planes > 0 && filter?.[0] === target.filter[0] && filter[1] === target.filter[1];
  const steps = layers?.steps.filter(isSuch) ?? [];
  const multiplyAdds = steps.reduce((sum, step) => sum + step.multiplyAdds, 0);
  const milliseconds = steps.reduce((sum, step) => sum + step.milliseconds, 0);
  const rate = (1000 * multiplyAdds) / milliseconds;
  const share = rate / (layers?.peaks.binary ?? Number.NaN);
  return {
    title: target.title,
    ...(Number.isFinite(share) ? { measured: share } : {}),
    required: target.minimum,
    goal: target.goal,
    unit: 'share',
    isMet: share >= target.minimum,
  };
}

export function sizeResult({ title, maximum, goal }: SizeTarget, measured: number): TargetResult {
  return { title, measured, required: maximum, goal, unit: 'bytes', isMet: measured <= maximum };
}
