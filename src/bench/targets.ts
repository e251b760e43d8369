import type { StepProfile } from '../engine/runner.ts';
import {
  type Candidate,
  type LiteRtCandidate,
  nameOf,
  type OnnxRuntimeCandidate,
  type OwnCandidate,
  type PeerCandidate,
} from './candidate.ts';
import type { FirstLabelCandidate } from './first-labels.ts';
import type { ModeProfile } from './mode-profile.ts';
import type { RaceResult } from './race.ts';

/** A target for the speed of one candidate relative to another. */
export interface SpeedTarget {
  readonly key: string;
  readonly own: OwnCandidate;
  readonly peer: PeerCandidate;
  /** Required ratio of the latencies, peer to own. */
  readonly minimum: number;
  readonly goal: number;
}

/** A target for the time from navigation to the first label. */
export interface StartTarget extends SpeedTarget {
  readonly peer: FirstLabelCandidate & PeerCandidate;
  /** Whether the time of a page that only starts a worker is subtracted from both times. */
  readonly isAboveFloor?: boolean;
}

/** A target for the share of the machine's peak that layers of one filter size reach. */
export interface ShareTarget {
  readonly key: string;
  readonly title: string;
  readonly own: OwnCandidate;
  /** Height and width of the filters. */
  readonly filter: readonly [number, number];
  /** Required share of the peak, 0 to 1. */
  readonly minimum: number;
  readonly goal: number;
}

/** A target for a size. Smaller is better. */
export interface SizeTarget {
  readonly key: string;
  readonly title: string;
  /** Bytes. */
  readonly maximum: number;
  readonly goal: number;
}

/** A target and the measured value. */
export interface TargetResult {
  readonly title: string;
  /** Absent if it could not be measured. */
  readonly measured?: number;
  /** Ratio of the shortest times, which a busy machine disturbs least. */
  readonly bestRatio?: number;
  readonly required: number;
  readonly goal: number;
  /** Unit of the values; shares are 0 to 1. */
  readonly unit: '×' | 'bytes' | 'share';
  readonly isMet: boolean;
}

const RELAXED: OwnCandidate = { engine: 'hwgq-web', backend: 'wasm', simd: 'relaxed', threads: 1 };
const PLAIN: OwnCandidate = { ...RELAXED, simd: 'plain' };
const TWO_THREADS: OwnCandidate = { ...RELAXED, threads: 2 };
const OWN_GPU: OwnCandidate = { engine: 'hwgq-web', backend: 'webgpu' };
const INT8: OnnxRuntimeCandidate = { engine: 'onnxruntime-web', backend: 'wasm', form: 'int8-twin', threads: 1 };
const INT8_TWO_THREADS: OnnxRuntimeCandidate = { ...INT8, threads: 2 };
const LITERT_INT8_TWO_THREADS: LiteRtCandidate = {
  engine: 'LiteRT.js',
  backend: 'wasm',
  form: 'int8-twin',
  threads: 2,
};
const FLOAT: PeerCandidate = { ...INT8, form: 'float-twin' };
const FLOAT_GPU: PeerCandidate = { engine: 'onnxruntime-web', backend: 'webgpu', form: 'float-twin' };

/** Targets for WebAssembly on ResNet-18, batch size 1. */
export const WASM_TARGETS: readonly SpeedTarget[] = [
  { key: 'relaxed', own: RELAXED, peer: INT8, minimum: 4.5, goal: 6 },
  { key: 'plain', own: PLAIN, peer: INT8, minimum: 3.5, goal: 4.5 },
  { key: 'float', own: RELAXED, peer: FLOAT, minimum: 10, goal: 12 },
  { key: 'threads', own: TWO_THREADS, peer: INT8_TWO_THREADS, minimum: 4, goal: 5 },
];

/** Targets for WebGPU on a software adapter. */
export const SOFTWARE_GPU_TARGETS: readonly SpeedTarget[] = [
  { key: 'software-gpu', own: OWN_GPU, peer: FLOAT_GPU, minimum: 40, goal: 60 },
];

/** Targets for WebGPU on a hardware GPU. */
export const GPU_TARGETS: readonly SpeedTarget[] = [
  { key: 'gpu', own: OWN_GPU, peer: FLOAT_GPU, minimum: 5, goal: 10 },
];

/** Target for the share of the popcount peak on a hardware GPU. */
export const PEAK_TARGET: ShareTarget = {
  key: 'peak',
  title: '3×3 layers on WebGPU, share of the measured popcount peak',
  own: OWN_GPU,
  filter: [3, 3],
  minimum: 0.5,
  goal: 0.7,
};

/** Candidates that no target compares, measured in the same race. */
export const OTHER_WASM_CANDIDATES: readonly Candidate[] = [
  { engine: 'onnxruntime-web', backend: 'wasm', form: 'exact', threads: 1 },
  { engine: 'tfjs', backend: 'wasm', form: 'float-twin', threads: 1 },
  { engine: 'tfjs', backend: 'wasm', form: 'float-twin', threads: 2 },
];

/** The same on WebGPU. */
export const OTHER_GPU_CANDIDATES: readonly Candidate[] = [{ engine: 'tfjs', backend: 'webgpu', form: 'float-twin' }];

const OWN_START: OwnCandidate = { engine: 'hwgq-web', backend: 'auto', threads: 2 };

/** Targets for the time from navigation to the first label, without caches and with equal numbers of threads. */
export const START_TARGETS: readonly StartTarget[] = [
  { key: 'start', own: OWN_START, peer: INT8_TWO_THREADS, minimum: 3, goal: 5 },
  { key: 'start-litert', own: OWN_START, peer: LITERT_INT8_TWO_THREADS, minimum: 1.8, goal: 2.5 },
  { key: 'start-above-floor', own: OWN_START, peer: INT8_TWO_THREADS, isAboveFloor: true, minimum: 4, goal: 6 },
];

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

/** Returns the distinct candidates that targets compare. */
export function candidatesOf(targets: readonly SpeedTarget[]): readonly Candidate[] {
  const all = targets.flatMap(({ own, peer }) => [own, peer]);
  return [...new Map(all.map((candidate) => [nameOf(candidate), candidate])).values()];
}

/** Evaluates a speed target with the medians of a race. */
export function speedResult(target: SpeedTarget, results: readonly RaceResult[]): TargetResult {
  const latency = (candidate: Candidate) => results.find(({ name }) => name === nameOf(candidate))?.latency;
  const [own, peer] = [latency(target.own), latency(target.peer)];
  const result = ratioResult(target, own?.median ?? Number.NaN, peer?.median ?? Number.NaN);
  return own && peer ? { ...result, bestRatio: peer.best / own.best } : result;
}

/** Evaluates a speed target with two times in milliseconds. */
export function ratioResult(target: SpeedTarget, own: number, peer: number, prefix = ''): TargetResult {
  const ratio = peer / own;
  return {
    title: `${prefix}${nameOf(target.own)}, against ${nameOf(target.peer)}`,
    ...(Number.isFinite(ratio) ? { measured: ratio } : {}),
    required: target.minimum,
    goal: target.goal,
    unit: '×',
    isMet: ratio >= target.minimum,
  };
}

/** Evaluates a share target with a profile: the multiply-adds of the matching layers per second, divided by the peak. */
export function shareResult(target: ShareTarget, profiles: readonly ModeProfile[]): TargetResult {
  const layers = profiles.find(({ name }) => name === nameOf(target.own))?.layers;
  const matches = ({ planes, filter }: StepProfile) =>
    planes > 0 && filter?.[0] === target.filter[0] && filter[1] === target.filter[1];
  const steps = layers?.steps.filter(matches) ?? [];
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

/** Evaluates a size target with a size in bytes. */
export function sizeResult({ title, maximum, goal }: SizeTarget, measured: number): TargetResult {
  return { title, measured, required: maximum, goal, unit: 'bytes', isMet: measured <= maximum };
}
