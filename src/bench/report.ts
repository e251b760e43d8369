import type { ModeProfile } from './mode-profile.ts';
import type { RaceResult } from './race.ts';

/** Where a report was made. */
export interface MachineDescription {
  readonly userAgent: string;
  /** Logical processors. */
  readonly cores: number;
  /** Whether pages may have threads that share memory. */
  readonly isIsolated: boolean;
  /** The GPU, as far as the browser tells; absent where there is none. */
  readonly gpu?: string;
}

/** What a page or program fetches to use an engine, gzipped, and its model as it is. */
export interface DownloadSize {
  readonly name: string;
  readonly libraryBytes: number;
  readonly modelBytes: number;
}

/** From navigation to the first label, in a page of its own. */
export interface FirstLabel {
  readonly name: string;
  /** Absent where there was none. */
  readonly milliseconds?: number;
  /** Why there was none. */
  readonly failure?: string;
}

/** One kernel on one layer shape. */
export interface KernelTiming {
  readonly shape: string;
  readonly variant: string;
  /** Absent where it did not run. */
  readonly milliseconds?: number;
  /** Why it was passed over. */
  readonly failure?: string;
}

/** Everything that one benchmark found. */
export interface BenchmarkReport {
  readonly format: 'hwgq-benchmark';
  readonly version: 2;
  /** ISO 8601. */
  readonly date: string;
  readonly machine: MachineDescription;
  readonly network: string;
  readonly results: readonly RaceResult[];
  readonly profiles: readonly ModeProfile[];
  /** Every WebGPU kernel on every layer shape, where they were tuned. */
  readonly tuning?: readonly KernelTiming[];
  /** Why they were not, where they should have been. */
  readonly tuningFailure?: string;
  readonly firstLabels: readonly FirstLabel[];
  readonly downloads: readonly DownloadSize[];
}

/** A report as lines for people, without its layers. */
export function reportText({ date, machine, network, ...found }: BenchmarkReport): string {
  const { results, profiles, tuning = [], tuningFailure, firstLabels, downloads } = found;
  const lines = [
    `hwgq-web benchmark, ${network}, ${date}`,
    `${machine.cores} logical processors${machine.isIsolated ? ', cross-origin isolated' : ''}${machine.gpu ? `, GPU ${machine.gpu}` : ''}`,
    machine.userAgent,
    '',
    ...results.map(({ name, latency, failure }) =>
      latency
        ? `${name}: ${latency.median.toFixed(1)} ms (p5 ${latency.p5.toFixed(1)}, p95 ${latency.p95.toFixed(1)})`
        : `${name}: ${failure}`,
    ),
    ...profiles.map(({ name, throughput, failure }) => {
      const rates = throughput.map(
        ({ count, imagesPerSecond }) => `${imagesPerSecond.toFixed(1)} images/s by ${count}`,
      );
      return `${name}: ${failure ?? rates.join(', ')}`;
    }),
    ...(tuningFailure === undefined ? [] : [`kernels were not timed: ${tuningFailure}`]),
    ...tuning.flatMap(({ shape, variant, failure }) =>
      failure === undefined ? [] : [`kernel ${variant} on ${shape} passed over: ${failure}`],
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
