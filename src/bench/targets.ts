import type { StepProfile } from '../engine/runner.ts';
import {
  type Candidate,
  type LiteRtCandidate,
  nameOf,
  type OnnxRuntimeCandidate,
  type OwnCandidate,
  type PeerCandidate,
} from './candidate.ts';
import type { EndToEndResult, PictureParts } from './end-to-end/end-to-end-race.ts';
import { PICTURE_KINDS, type PictureName } from './end-to-end/picture-kinds.ts';
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

/** A target for the ratio of two candidates' times. */
export type RatioTarget = Pick<SpeedTarget, 'minimum' | 'goal'> & { readonly own: Candidate; readonly peer: Candidate };

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

/** A target for the time from each of several kinds of pictures to a label, relative to the fastest of other engines. */
export interface PictureTarget {
  readonly key: string;
  readonly pictures: readonly PictureName[];
  readonly own: OwnCandidate;
  readonly peers: readonly PeerCandidate[];
  /** Required ratio of the times, peer to own. */
  readonly minimum: number;
  readonly goal: number;
}

/** A target for a part of the time from a picture to a label. Smaller is better. */
export interface PicturePartTarget {
  readonly key: string;
  readonly title: string;
  readonly picture: PictureName;
  readonly own: OwnCandidate;
  readonly part: keyof PictureParts;
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
  readonly unit: '×' | 'bytes' | 'share' | 'ms';
  readonly isMet: boolean;
}

const RELAXED: OwnCandidate = { engine: 'hwgq-web', backend: 'wasm', simd: 'relaxed', threads: 1 };
const PLAIN: OwnCandidate = { ...RELAXED, simd: 'plain' };
const TWO_THREADS: OwnCandidate = { ...RELAXED, threads: 2 };
/** With the SIMD level that a page gets by default. */
export const OWN_WASM: OwnCandidate = { engine: 'hwgq-web', backend: 'wasm', threads: 1 };
const OWN_TWO_THREADS: OwnCandidate = { ...OWN_WASM, threads: 2 };
const OWN_GPU: OwnCandidate = { engine: 'hwgq-web', backend: 'webgpu' };
const INT8: OnnxRuntimeCandidate = { engine: 'onnxruntime-web', backend: 'wasm', form: 'int8-twin', threads: 1 };
const INT8_TWO_THREADS: OnnxRuntimeCandidate = { ...INT8, threads: 2 };
const LITERT: LiteRtCandidate = { engine: 'LiteRT.js', backend: 'wasm', form: 'int8-twin', threads: 1 };
const LITERT_TWO_THREADS: LiteRtCandidate = { ...LITERT, threads: 2 };
const LITERT_FLOAT: LiteRtCandidate = { ...LITERT, form: 'float-twin' };
const FLOAT: PeerCandidate = { ...INT8, form: 'float-twin' };
const FLOAT_GPU: PeerCandidate = { engine: 'onnxruntime-web', backend: 'webgpu', form: 'float-twin' };

/** Targets for WebAssembly on ResNet-18, batch size 1. */
export const WASM_TARGETS: readonly SpeedTarget[] = [
  { key: 'relaxed', own: RELAXED, peer: INT8, minimum: 4.5, goal: 6 },
  { key: 'plain', own: PLAIN, peer: INT8, minimum: 3.5, goal: 4.5 },
  { key: 'float', own: RELAXED, peer: FLOAT, minimum: 10, goal: 12 },
  { key: 'threads', own: TWO_THREADS, peer: INT8_TWO_THREADS, minimum: 4, goal: 5 },
  { key: 'litert', own: RELAXED, peer: LITERT, minimum: 4.5, goal: 5.5 },
  { key: 'litert-threads', own: TWO_THREADS, peer: LITERT_TWO_THREADS, minimum: 4, goal: 5 },
  { key: 'litert-float', own: RELAXED, peer: LITERT_FLOAT, minimum: 5.5, goal: 6.5 },
];

/** Targets for ordinary 3×3 convolutions in float32. */
export const FLOAT_TARGETS: readonly SpeedTarget[] = [
  { key: 'convolution', own: RELAXED, peer: FLOAT, minimum: 2, goal: 2 },
  { key: 'convolution-litert', own: RELAXED, peer: LITERT_FLOAT, minimum: 1, goal: 1 },
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
  { key: 'start-litert', own: OWN_START, peer: LITERT_TWO_THREADS, minimum: 1.8, goal: 2.5 },
  { key: 'start-above-floor', own: OWN_START, peer: INT8_TWO_THREADS, isAboveFloor: true, minimum: 4, goal: 6 },
];

/**
 * Target for the time to the first label with a GPU, which `auto` must not wait for. `auto` may take 1.15 times as long as
 * WebAssembly, and aims at 1.05.
 */
export const AUTO_TARGET = {
  key: 'auto',
  own: OWN_START,
  peer: { engine: 'hwgq-web', backend: 'wasm', threads: 2 },
  minimum: 1 / 1.15,
  goal: 1 / 1.05,
} as const;

const CANVASES = ['canvas-vga', 'canvas-720p'] as const;

/** Targets for the time from a picture to a label, ResNet-18. */
export const PICTURE_TARGETS: readonly PictureTarget[] = [
  { key: 'canvas', pictures: CANVASES, own: OWN_WASM, peers: [INT8, LITERT], minimum: 4, goal: 5 },
  {
    key: 'canvas-threads',
    pictures: CANVASES,
    own: OWN_TWO_THREADS,
    peers: [INT8_TWO_THREADS, LITERT_TWO_THREADS],
    minimum: 3.5,
    goal: 4.5,
  },
  { key: 'jpeg', pictures: ['jpeg-720p'], own: OWN_WASM, peers: [INT8, LITERT], minimum: 3, goal: 3.7 },
];

const PREPROCESSING = { title: 'preprocessing', own: OWN_WASM, part: 'preprocess' } as const;
const OVERHEAD = {
  title: 'everything but the network, compared with the network',
  own: OWN_WASM,
  part: 'overhead',
} as const;

/** Targets for parts of that time, 1 thread. */
export const PICTURE_PART_TARGETS: readonly PicturePartTarget[] = [
  { key: 'preprocess-vga', ...PREPROCESSING, picture: 'canvas-vga', maximum: 1.5, goal: 0.6 },
  { key: 'preprocess-720p', ...PREPROCESSING, picture: 'canvas-720p', maximum: 3, goal: 1.2 },
  { key: 'overhead-vga', ...OVERHEAD, picture: 'canvas-vga', maximum: 0.25, goal: 0.12 },
  { key: 'overhead-720p', ...OVERHEAD, picture: 'canvas-720p', maximum: 0.25, goal: 0.12 },
  { key: 'overhead-camera', ...OVERHEAD, picture: 'camera-720p', maximum: 0.35, goal: 0.15 },
];

/** Target for the speed of `hwgq evaluate` in Node, relative to the version before it used threads. */
const EVALUATION_TARGET = { title: 'hwgq evaluate, pictures per second, against the baseline', minimum: 4, goal: 6 };

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
export function candidatesOf(targets: readonly (SpeedTarget | PictureTarget)[]): readonly Candidate[] {
  const all = targets.flatMap((target) => [target.own, ...('peer' in target ? [target.peer] : target.peers)]);
  return [...new Map(all.map((candidate) => [nameOf(candidate), candidate])).values()];
}

/** Evaluates a speed target with the medians of a race. */
export function speedResult(target: SpeedTarget, results: readonly RaceResult[], prefix = ''): TargetResult {
  const latency = (candidate: Candidate) => results.find(({ name }) => name === nameOf(candidate))?.latency;
  const [own, peer] = [latency(target.own), latency(target.peer)];
  const result = ratioResult(target, own?.median ?? Number.NaN, peer?.median ?? Number.NaN, prefix);
  return own && peer ? { ...result, bestRatio: peer.best / own.best } : result;
}

/** Evaluates a speed target with two times in milliseconds. */
export function ratioResult(target: RatioTarget, own: number, peer: number, prefix = ''): TargetResult {
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

/** Evaluates a target for each of its kinds of pictures, with medians. */
export function pictureResults(target: PictureTarget, results: readonly EndToEndResult[]): readonly TargetResult[] {
  return target.pictures.map((picture) => {
    const timeOf = (candidate: Candidate) =>
      results.find((result) => result.picture === picture && result.name === nameOf(candidate))?.time;
    const own = timeOf(target.own);
    const times = target.peers.map((peer) => ({ peer, time: timeOf(peer) })).filter(({ time }) => time);
    const [fastest] = times.sort((a, b) => (a.time?.median ?? 0) - (b.time?.median ?? 0));
    const ratio = own && fastest?.time ? fastest.time.median / own.median : Number.NaN;
    const opponent = fastest ? nameOf(fastest.peer) : 'other engines';
    return {
      title: `${PICTURE_KINDS[picture].title} to a label: ${nameOf(target.own)}, against ${opponent}`,
      ...(own && fastest?.time ? { measured: ratio, bestRatio: fastest.time.best / own.best } : {}),
      required: target.minimum,
      goal: target.goal,
      unit: '×',
      isMet: ratio >= target.minimum,
    };
  });
}

/** Evaluates a target for a part of the time from a picture to a label, with its median. */
export function picturePartResult(target: PicturePartTarget, results: readonly EndToEndResult[]): TargetResult {
  const { title, picture, own, part, maximum, goal } = target;
  const result = results.find((result) => result.picture === picture && result.name === nameOf(own));
  const measured = result?.parts?.[part];
  return {
    title: `${PICTURE_KINDS[picture].title}, ${nameOf(own)}: ${title}`,
    ...(measured === undefined ? {} : { measured }),
    required: maximum,
    goal,
    unit: part === 'overhead' ? 'share' : 'ms',
    isMet: measured !== undefined && measured <= maximum,
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

/** Evaluates the target for `hwgq evaluate` with two speeds in pictures per second. */
export function evaluationResult(own: number, baseline: number): TargetResult {
  const ratio = own / baseline;
  const { title, minimum, goal } = EVALUATION_TARGET;
  return { title, measured: ratio, required: minimum, goal, unit: '×', isMet: ratio >= minimum };
}

/** Evaluates a size target with a size in bytes. */
export function sizeResult({ title, maximum, goal }: SizeTarget, measured: number): TargetResult {
  return { title, measured, required: maximum, goal, unit: 'bytes', isMet: measured <= maximum };
}
