import type { EngineStart } from './bench-engine.ts';

/** What starting an engine gave. */
export interface StartedEngine {
  readonly machine: string;
  /** From the model's bytes to an engine that is ready. */
  readonly startMilliseconds: number;
  /** The first run after that. */
  readonly firstRunMilliseconds: number;
  /** The class of the best score. */
  readonly label: number;
}

/** A worker that holds one engine: no other engine's memory or threads are near it. */
export interface EngineWorker {
  start(start: EngineStart): Promise<StartedEngine>;
  /** Milliseconds of each of `runs` runs of `count` images. */
  time(runs: number, count: number): Promise<readonly number[]>;
  stop(): Promise<void>;
}
