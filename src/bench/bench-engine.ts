import type { BackendDescription, KernelChoice, StepProfile } from '../engine/runner.ts';
import type { BenchInput } from './bench-models.ts';
import type { Candidate } from './candidate.ts';

/** A network made ready on an engine. */
export interface BenchEngine {
  /** What it really runs on, for people. */
  readonly machine: string;
  /** Runs `count` images, from input in memory to scores in memory. */
  run(count: number): Promise<Float32Array>;
  /** What this project's own engine tells besides. */
  readonly own?: OwnEngine;
  dispose(): Promise<void>;
}

export interface OwnEngine {
  readonly backend: BackendDescription;
  /** As a session's. */
  profile(repeats: number): Promise<readonly StepProfile[] | undefined>;
}

/** What stands around the engines. */
export interface Surroundings {
  /** Folder of the peers' own files, with a slash at its end. */
  readonly peersUrl: string;
  /** Which of this project's WebGPU kernels run which layers. */
  readonly kernelChoice: KernelChoice;
}

/** What an engine needs to start. */
export interface EngineStart<Kind extends Candidate = Candidate> extends Surroundings {
  readonly candidate: Kind;
  /** The model in the candidate's form. */
  readonly file: Uint8Array<ArrayBuffer>;
  readonly input: BenchInput;
}

/** An input several times over. */
export function repeated<Values extends Int16Array | Float32Array>(values: Values, count: number): Values {
  if (count === 1) return values;
  const all = new (values.constructor as new (length: number) => Values)(values.length * count);
  for (let image = 0; image < count; image++) all.set(values, image * values.length);
  return all;
}
