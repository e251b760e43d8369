import type { SimdLevel } from '../backends/wasm/simd.ts';
import type { AdapterDescription } from '../backends/webgpu/device.ts';
import type { KernelChoice, VariantName } from '../backends/webgpu/variant-names.ts';
import type { AnyPicture } from '../image/deferred-picture.ts';
import type { StepProfile } from '../plan/step-profile.ts';

export type { AdapterDescription, KernelChoice, SimdLevel, StepProfile, VariantName };

/**
 * A backend with one model loaded on it: the interface that every backend implements. `WebGpuRunner`, `WasmRunner` and
 * `ReferenceRunner` do; `AutoRunner` and `FallbackRunner` wrap one and replace it. `createRunner` chooses among them. A `Session`
 * checks inputs and orders calls, so a runner never gets inputs of the wrong length, nor calls after `dispose`.
 */
export interface Runner {
  /** Reports the backend. It may change when a runner falls back to another backend. */
  readonly backend: BackendDescription;
  /**
   * Runs `count` images. Calls may overlap.
   * @returns one array for each output blob, in the order of `SessionOptions.blobs`: `count` images back to back, each
   *   planar (channels × height × width).
   */
  run(inputs: NetworkInputs, count: number): Promise<readonly Float32Array[]>;
  /**
   * Preprocesses pictures and runs them. Each backend converts the pixels to the network's input in its own way, on the
   * GPU or in the layout of WebAssembly's memory; `runPreprocessed` is an implementation that works for all.
   */
  runPictures(pictures: readonly AnyPicture[]): Promise<PictureRun>;
  /**
   * Times every step of the plan, `repeats` times each. Backends that cannot time steps leave it out.
   * @returns the medians, in the plan's order; undefined if the device cannot time its steps.
   */
  profile?(inputs: NetworkInputs, count: number, repeats: number): Promise<readonly StepProfile[] | undefined>;
  /** Frees all memory. */
  dispose(): void;
}

/** The result of `Runner.runPictures`. */
export interface PictureRun {
  /** The outputs, as `Runner.run` returns them. */
  readonly blobs: readonly Float32Array[];
  /** The time spent on preprocessing on the CPU; 0 if the GPU did it as part of the run. */
  readonly preprocessMilliseconds: number;
}

/**
 * Inputs of a network, back to back, each planar (channels × height × width):
 * - `Int16Array`: integers, pixel minus mean, |value| <= 255, before the preprocessing's scale;
 * - `Float32Array`: the values that enter the network, after the scale.
 */
export type NetworkInputs = Int16Array | Float32Array;

/**
 * The name of a backend: the GPU, WebAssembly on the CPU, or the float64 interpreter of the graph. The interpreter
 * defines every result and works in any environment, but it is slow.
 */
export type BackendName = 'webgpu' | 'wasm' | 'reference';

/** The backend that a session runs on, and why it was chosen. */
export interface BackendDescription {
  readonly name: BackendName;
  /** The GPU. WebGPU only. */
  readonly adapter?: AdapterDescription | undefined;
  /** The vector instructions in use. WebAssembly only. */
  readonly simd?: SimdLevel | undefined;
  /** The number of threads that share the work. WebAssembly only. */
  readonly threads?: number | undefined;
  /** The error that reduced `threads` to 1. Absent if the threads work, or if one thread was chosen from the start. */
  readonly threadsReason?: string | undefined;
  /** The comparison with WebAssembly that the GPU passed. WebGPU only. */
  readonly proof?: GpuProof | undefined;
  /**
   * The reason why `auto` does not use WebGPU, or stopped using it. Absent while `auto` still tries the GPU, if it runs on
   * WebGPU, or if the backend was set by name.
   */
  readonly fallbackReason?: string | undefined;
}

/** A comparison of a GPU with WebAssembly on a test picture. */
export interface GpuProof {
  /** The largest difference between their scores, relative to the largest score. At most 0.00002. */
  readonly difference: number;
  /** The GPU's time per picture with two runs in flight, in milliseconds. Only if `auto` chose the backend. */
  readonly milliseconds?: number | undefined;
  /** WebAssembly's time per picture, in milliseconds. Only if `auto` chose the backend. */
  readonly wasmMilliseconds?: number | undefined;
}

/** A stage of `createSession`. The stages run in this order. */
export type SessionStage = 'compile' | 'warm-up';

/** Options of `createSession`. */
export interface SessionOptions {
  /**
   * The backend. Default: `auto`, which starts on WebAssembly and continues on a hardware GPU once that has computed the
   * same scores in less time. It falls back to WebAssembly if the GPU is lost for good, and to the reference interpreter
   * if WebAssembly does not run the model.
   */
  readonly backend?: BackendName | 'auto' | undefined;
  /** Caffe blobs that each run returns, in this order. Default: the logits, before the closing Softmax. */
  readonly blobs?: readonly string[] | undefined;
  /** The preferred GPU on machines with two. WebGPU only. Default: the browser's choice. */
  readonly powerPreference?: GPUPowerPreference | undefined;
  /** WebAssembly's vector instructions. Default: the fastest that the browser supports. */
  readonly simd?: SimdLevel | undefined;
  /**
   * WebAssembly's threads. More than one requires a cross-origin isolated page and a session in a worker. Default: up to
   * four if these conditions hold and the network is not small, otherwise 1.
   */
  readonly threads?: number | undefined;
  /** WebGPU's entry point. Default: `navigator.gpu`. */
  readonly gpu?: GPU | undefined;
  /** The WebGPU kernel for each layer shape, as `autotuneModel` measured on this adapter. Default: a fixed order. */
  readonly kernelChoice?: KernelChoice | undefined;
  /** Called with a stage and its progress, 0 to 1. */
  readonly onProgress?: ((stage: SessionStage, done: number) => void) | undefined;
  /** Called when `Session.backend` has changed. `auto` only. */
  readonly onBackendChange?: ((backend: BackendDescription) => void) | undefined;
  /** Cancels `createSession`, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}
