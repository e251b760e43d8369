import type { Model } from '../model/model.ts';

/** What computes: the GPU, or the float64 interpreter of the graph, which defines every result and needs nothing. */
export type BackendName = 'webgpu' | 'reference';

/** The GPU behind a `webgpu` backend, in the words of `GPUAdapterInfo`. */
export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** A software adapter such as SwiftShader. */
  readonly isFallbackAdapter: boolean;
}

/** What a session runs on. */
export interface BackendDescription {
  readonly name: BackendName;
  readonly adapter?: AdapterDescription;
  /** Why `auto` did not take WebGPU; absent where it did, or where the backend was named. */
  readonly fallbackReason?: string;
}

/**
 * Inputs of a network, back to back, each planar (channels × height × width):
 * - `Int16Array`: whole numbers, pixel minus mean, |value| <= 255, before the preprocessing's scale;
 * - `Float32Array`: the values that enter the network, after the scale.
 */
export type NetworkInputs = Int16Array | Float32Array;

/** Stages of `createSession`, in order. */
export type SessionStage = 'compile' | 'warm-up';

export interface SessionOptions {
  /** `auto` (default): WebGPU where there is an adapter and the network runs on it, else the reference. */
  readonly backend?: BackendName | 'auto';
  /** Caffe blobs to give back from each run, in this order. Default: the scores before the closing Softmax. */
  readonly blobs?: readonly string[];
  readonly powerPreference?: GPUPowerPreference;
  /** WebGPU's entry point. Default: `navigator.gpu` where there is one. */
  readonly gpu?: GPU;
  /** Called with a stage and how much of it is done, 0 to 1. */
  readonly onProgress?: (stage: SessionStage, done: number) => void;
  readonly signal?: AbortSignal;
}

/** What one run gave. */
export interface RunResult {
  /** The session's blobs, in order: for each, `count` images back to back, planar float32. */
  readonly blobs: readonly Float32Array[];
  /** From the submitted input to the results in memory. */
  readonly milliseconds: number;
}

/** A model made ready on a backend. */
export interface Session {
  readonly backend: BackendDescription;
  /**
   * Runs `count` images. Calls may overlap; results come in order.
   * @throws HwgqError `invalid-option` where the input's length does not fit, `disposed`, `device-lost`.
   */
  run(inputs: NetworkInputs, count: number): Promise<RunResult>;
  /** Frees everything at once; pending runs are rejected with `disposed`. May be called twice. */
  dispose(): void;
}

/**
 * Makes a model ready to run.
 * @throws HwgqError `no-webgpu`, `unsupported`, `out-of-memory` where `webgpu` was asked for by name;
 *   `invalid-option` for an unknown blob; the signal's reason where it aborts.
 */
export declare function createSession(model: Model, options?: SessionOptions): Promise<Session>;
