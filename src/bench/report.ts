import { type DotProduct, dotProductText } from './dot-product.ts';
import type { EndToEndResult } from './end-to-end/end-to-end-race.ts';
import { PICTURE_KINDS } from './end-to-end/picture-kinds.ts';
import type { ModeProfile } from './mode-profile.ts';
import type { RaceResult } from './race.ts';

/** The machine that a report was measured on. */
export interface MachineDescription {
  readonly userAgent: string;
  /** Logical processors. */
  readonly cores: number;
  /** Whether the page was cross-origin isolated, which threads require. */
  readonly isIsolated: boolean;
  /** How the browser computes dot products of bytes; absent without relaxed SIMD. */
  readonly dotProduct?: DotProduct;
  /** The GPU, as far as the browser describes it; absent if there is none. */
  readonly gpu?: string;
}

/** Download size of an engine (gzipped) and of its model. */
export interface DownloadSize {
  readonly name: string;
  readonly libraryBytes: number;
  readonly modelBytes: number;
}

/** Time from navigation to the first label. */
export interface FirstLabel {
  readonly name: string;
  /** Absent if it failed. */
  readonly milliseconds?: number;
  /** Reason of a failure. */
  readonly failure?: string;
}

/** Time of one kernel on one layer shape. */
export interface KernelTiming {
  readonly shape: string;
  readonly variant: string;
  /** Absent if the kernel did not run. */
  readonly milliseconds?: number;
  /** Reason why the kernel was rejected. */
  readonly failure?: string;
}

/** All results of a benchmark. */
export interface BenchmarkReport {
  readonly format: 'hwgq-benchmark';
  readonly version: 3;
  /** Date and time, ISO 8601. */
  readonly date: string;
  readonly machine: MachineDescription;
  readonly network: string;
  /** Times from a picture to a label. */
  readonly endToEnd: readonly EndToEndResult[];
  /** Times from input in memory to scores in memory. */
  readonly results: readonly RaceResult[];
  readonly profiles: readonly ModeProfile[];
  /** Times of the WebGPU kernels, if they were autotuned. */
  readonly tuning?: readonly KernelTiming[];
  /** Reason why the autotune failed. */
  readonly tuningFailure?: string;
  readonly firstLabels: readonly FirstLabel[];
  readonly downloads: readonly DownloadSize[];
}

/** Formats a report as text, without layers. */
export function reportText({ date, machine, network, ...found }: BenchmarkReport): string {
  const { endToEnd, results, profiles, tuning = [], tuningFailure, firstLabels, downloads } = found;
  const lines = [
    `hwgq-web benchmark, ${network}, ${date}`,
    `${machine.cores} logical processors${machine.isIsolated ? ', cross-origin isolated' : ''}, ${dotProductText(machine.dotProduct)}${machine.gpu ? `, GPU ${machine.gpu}` : ''}`,
    machine.userAgent,
    '',
    ...endToEnd.map(({ name, picture, time, failure }) => {
      const value = time
        ? `${time.median.toFixed(1)} ms to a label (p5 ${time.p5.toFixed(1)}, p95 ${time.p95.toFixed(1)})`
        : failure;
      return `${name}, ${PICTURE_KINDS[picture].title}: ${value}`;
    }),
    ...results.map(({ name, latency, failure }) =>
      latency
        ? `${name}: ${latency.median.toFixed(1)} ms (p5 ${latency.p5.toFixed(1)}, p95 ${latency.p95.toFixed(1)})`
        : `${name}: ${failure}`,
    ),
    ...profiles.map(({ name, throughput, failure }) => {
      const rates = throughput.map(
        ({ count, imagesPerSecond }) => `${imagesPerSecond.toFixed(1)} images/s (batch ${count})`,
      );
      return `${name}: ${failure ?? rates.join(', ')}`;
    }),
    ...(tuningFailure === undefined ? [] : [`autotune failed: ${tuningFailure}`]),
    ...tuning.flatMap(({ shape, variant, failure }) =>
      failure === undefined ? [] : [`kernel ${variant} on ${shape} rejected: ${failure}`],
    ),
    ...firstLabels.map(({ name, milliseconds, failure }) =>
      milliseconds === undefined
        ? `${name}: no first label: ${failure}`
        : `${name}: first label after ${milliseconds.toFixed(0)} ms`,
    ),
    ...downloads.map(
      ({ name, libraryBytes, modelBytes }) =>
        `${name}: library ${(libraryBytes / 1000).toFixed(0)} KB gzipped, model ${(modelBytes / 1e6).toFixed(1)} MB`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
