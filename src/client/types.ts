import type { Classification, ClassificationOptions } from '../engine/classification.ts';
import type { ClassifierInfo } from '../engine/picture-classifier.ts';
import type { BackendName, KernelChoice, SimdLevel } from '../engine/session.ts';

/** Where a `.hwgq` model comes from. */
export type ModelSource = string | URL | Request | Blob | ArrayBuffer | ReadableStream<Uint8Array>;

/** Anything a browser draws. */
export type ImageSource =
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement
  | ImageBitmap
  | ImageData
  | Blob
  | VideoFrame;

/** Stages of making a classifier, in order. */
export type LoadStage = 'download' | 'decode' | 'compile' | 'warm-up';

/** How far making a classifier has come. `progress` never falls. */
export interface LoadProgress {
  readonly stage: LoadStage;
  /** All stages together, 0 to 1. */
  readonly progress: number;
  /** Bytes received so far. */
  readonly loadedBytes: number;
  /** Bytes of the whole file, where the server or the source told. */
  readonly totalBytes?: number;
}

export interface ClassifierOptions extends ClassificationOptions {
  readonly model: ModelSource;
  /** Default `auto`: the faster of a hardware GPU and WebAssembly, else the interpreter. */
  readonly backend?: BackendName | 'auto';
  /** A hash of the file as in Subresource Integrity: `sha256-` and base64. */
  readonly integrity?: string;
  /** Where the package's `worker.js` is, for bundlers that do not find it by themselves. It may be on another origin. */
  readonly workerUrl?: string | URL;
  readonly powerPreference?: 'low-power' | 'high-performance';
  /** WebAssembly's vector instructions. Default: the best there are. */
  readonly simd?: SimdLevel;
  /** WebAssembly's threads. Default: up to four where the page is cross-origin isolated, else 1, which is all there is. */
  readonly threads?: number;
  /** Which of WebGPU's kernels run which layer shapes, as an autotune found for this adapter. Default: the usual ones. */
  readonly kernelChoice?: KernelChoice;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Stops making the classifier, at any stage. */
  readonly signal?: AbortSignal;
  /** Used for downloads instead of the page's own `fetch`. */
  readonly fetch?: typeof fetch;
}

/** A model ready to name pictures. */
export interface Classifier {
  readonly info: ClassifierInfo;
  /** Names one picture. Options given here go before those of the classifier, for this call only. */
  classify(image: ImageSource, options?: ClassificationOptions): Promise<Classification>;
  /** Names several, in order. */
  classifyBatch(images: readonly ImageSource[], options?: ClassificationOptions): Promise<readonly Classification[]>;
  /** The values that enter the last layer with weights, planar. */
  features(image: ImageSource): Promise<Float32Array>;
  /** Changes the classifier's options for all later calls; what is not named stays. */
  setOptions(options: ClassificationOptions): void;
  /**
   * Rejects what is pending with `disposed` and frees the model's memory; the worker and the GPU device end with their
   * last classifier. May be called twice.
   */
  dispose(): void;
}
