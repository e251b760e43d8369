import type { StepProfile } from '../engine/runner.ts';
import type { EngineStart } from './bench-engine.ts';
import type { LiveBytes } from './live-bytes.ts';
import type { Peaks } from './peaks.ts';

/** What starting an engine gave. */
export interface StartedEngine {
  readonly machine: string;
  /** From the model's bytes to an engine that is ready. */
  readonly startMilliseconds: number;
  /** The first run after that. */
  readonly firstRunMilliseconds: number;
  /** The class of the best score. */
  readonly label: number;
  /** What it holds outside the JavaScript heap after that run. */
  readonly liveBytes: LiveBytes;
}

/** Where the time of a run goes, and what the machine could do. */
export interface LayerProfile {
  readonly steps: readonly StepProfile[];
  readonly peaks: Peaks;
}

/** A worker that holds one engine: no other engine's memory or threads are near it. */
export interface EngineWorker {
  start(start: EngineStart): Promise<StartedEngine>;
  /** Milliseconds of each of `runs` runs of `count` images. */
  time(runs: number, count: number): Promise<readonly number[]>;
  /** Undefined for peers, and where a backend cannot time its steps. */
  profile(repeats: number): Promise<LayerProfile | undefined>;
  stop(): Promise<void>;
}
