import type { StepProfile } from '../engine/runner.ts';
import type { EngineStart } from './bench-engine.ts';
import type { LiveBytes } from './live-bytes.ts';
import type { Peaks } from './peaks.ts';

/** Result of starting an engine. */
export interface StartedEngine {
  readonly machine: string;
  /** Time from the bytes of the model to an engine that is ready. */
  readonly startMilliseconds: number;
  /** Duration of the first run. */
  readonly firstRunMilliseconds: number;
  /** Class with the highest score. */
  readonly label: number;
  /** Memory outside the JavaScript heap after the first run. */
  readonly liveBytes: LiveBytes;
}

/** Time of each step of a run, and the peaks of the machine. */
export interface LayerProfile {
  readonly steps: readonly StepProfile[];
  readonly peaks: Peaks;
}

/** Interface of a worker that holds one engine, so that engines share neither memory nor threads. */
export interface EngineWorker {
  /** Starts the engine and runs it once. Returns the scores of that run. */
  start(start: EngineStart): Promise<{ readonly started: StartedEngine; readonly scores: Float32Array }>;
  /** Returns the milliseconds of each of `runs` runs of `count` images. */
  time(runs: number, count: number): Promise<readonly number[]>;
  /** Returns undefined for peers and for backends that cannot time steps. */
  profile(repeats: number): Promise<LayerProfile | undefined>;
  stop(): Promise<void>;
}
