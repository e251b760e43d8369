import type { BackendDescription, KernelChoice, StepProfile } from '../engine/runner.ts';
import type { BenchInput } from './bench-models.ts';
import type { Candidate } from './candidate.ts';

/** A network that is loaded in an engine. */
export interface BenchEngine {
  /** Human-readable description of the backend or version in use. */
  readonly machine: string;
  /** Runs a batch of `count` images and returns their scores, from memory to memory. */
  run(count: number): Promise<Float32Array>;
  /** More about the engine, for this project's own engine only. */
  readonly own?: OwnEngine;
  dispose(): Promise<void>;
}

/** Details of this project's own engine. */
export interface OwnEngine {
  readonly backend: BackendDescription;
  /** Returns the median time of each step over `repeats` runs, or undefined if the backend cannot time steps. */
  profile(repeats: number): Promise<readonly StepProfile[] | undefined>;
}

/** Settings that all engines share. */
export interface EngineEnvironment {
  /** URL of the folder with the peers' files; it ends with a slash. */
  readonly peersUrl: string;
  /** The WebGPU kernels that this project's engine uses. */
  readonly kernelChoice: KernelChoice;
}

/** Arguments for starting an engine. */
export interface EngineStart<Kind extends Candidate = Candidate> extends EngineEnvironment {
  readonly candidate: Kind;
  /** The model in the form that the candidate loads. */
  readonly file: Uint8Array<ArrayBuffer>;
  readonly input: BenchInput;
}

/** Returns planar values with the channels of each pixel side by side. */
export function toNhwc(planar: Float32Array, [channels, height, width]: readonly [number, number, number]) {
  const pixels = height * width;
  return Float32Array.from(
    planar,
    (_, index) => planar[(index % channels) * pixels + Math.floor(index / channels)] ?? 0,
  );
}

/** Returns `count` concatenated copies of an input. */
export function repeated<Values extends Int16Array | Float32Array>(values: Values, count: number): Values {
  if (count === 1) return values;
  const all = new (values.constructor as new (length: number) => Values)(values.length * count);
  for (let image = 0; image < count; image++) all.set(values, image * values.length);
  return all;
}
