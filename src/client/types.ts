import type { Classification, ClassificationOptions, Timings } from '../engine/classification.ts';
import type { ClassifierInfo } from '../engine/picture-classifier.ts';
import type { BackendName, KernelChoice, SimdLevel } from '../engine/runner.ts';
import type { View } from '../image/view.ts';
import type { FrameCounts } from './frame-flow.ts';

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

/** Whatever shows one picture after the other. */
export type StreamSource = MediaStream | MediaStreamTrack | HTMLVideoElement | HTMLCanvasElement | OffscreenCanvas;

/** How one picture is looked at. What is not named is the classifier's. */
export interface ClassifyOptions extends ClassificationOptions, View {}

/** How a stream's frames are looked at. What is not named is the classifier's. */
export interface StreamOptions extends ClassifyOptions {
  /** Frames a second at the most. Default: as many as come and can be looked at. */
  readonly frameRate?: number;
  /** Milliseconds in which 63% of a change of scores become visible, so that labels do not flicker. Default: 0, at once. */
  readonly smoothing?: number;
  /** Ends the stream: reading it fails with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Milliseconds of one frame. */
export interface StreamTimings extends Timings {
  /** From when the frame was there to when its result was. */
  readonly latency: number;
}

/** What a frame was taken for. */
export interface StreamResult extends Classification {
  /** Of the frame: milliseconds by its source's own clock, which is the page's for a canvas. */
  readonly timestamp: number;
  readonly timings: StreamTimings;
  /** Of the stream up to this result. Frames left out for a `frameRate`, or while the tab is hidden, are in none. */
  readonly counts: FrameCounts;
}

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

/** Which model a classifier is made of, what it runs on, and how it answers. */
export interface ClassifierOptions extends ClassificationOptions {
  /** Where the `.hwgq` file is, or its bytes; a stream is read once. */
  readonly model: ModelSource;
  /** Default `auto`: the faster of a hardware GPU and WebAssembly, else the interpreter. */
  readonly backend?: BackendName | 'auto';
  /** A hash of the file as in Subresource Integrity: `sha256-` and base64. */
  readonly integrity?: string;
  /** Where the package's `worker.js` is, for bundlers that do not find it by themselves. It may be on another origin. */
  readonly workerUrl?: string | URL;
  /** Which GPU, where there are two: the one that saves power or the fast one. Default: as the browser chooses. */
  readonly powerPreference?: 'low-power' | 'high-performance';
  /** WebAssembly's vector instructions. Default: the best there are. */
  readonly simd?: SimdLevel;
  /**
   * WebAssembly's threads. Default: up to four where the page is cross-origin isolated and the network is not small, else 1;
   * more than 1 in another page is an error.
   */
  readonly threads?: number;
  /** Which of WebGPU's kernels run which layer shapes, as an autotune found for this adapter. Default: the usual ones. */
  readonly kernelChoice?: KernelChoice;
  /** Called as a stage goes on, and with each piece of the file that comes. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Stops making the classifier, at any stage. */
  readonly signal?: AbortSignal;
  /** Used for downloads instead of the page's own `fetch`. */
  readonly fetch?: typeof fetch;
}

/** A model ready to name pictures. */
export interface Classifier {
  /** What it is made of and runs on. */
  readonly info: ClassifierInfo;
  /**
   * Names one picture. Options given here go before those of the classifier, for this call only.
   * @throws HwgqError `invalid-option`, `invalid-image`, `disposed`, `device-lost`, `out-of-memory` or `worker`.
   */
  classify(image: ImageSource, options?: ClassifyOptions): Promise<Classification>;
  /**
   * Names several, in order.
   * @throws HwgqError as `classify`, where one of them fails.
   */
  classifyBatch(images: readonly ImageSource[], options?: ClassifyOptions): Promise<readonly Classification[]>;
  /**
   * The values that enter the last layer with weights, as many as it has inputs: one channel after the other, each row
   * by row.
   * @throws HwgqError as `classify`.
   */
  features(image: ImageSource): Promise<Float32Array>;
  /**
   * Names what a source shows, as it goes on, with as little delay as there can be: at most two frames are under way and
   * one waits, which a newer one replaces. Works while somebody reads, and pauses while the tab is hidden. Looks at
   * fewer frames (15 a second) on battery, and where a slowed machine takes twice its usual time for them.
   *
   * Read it with `for await`, which ends it when left, or as any `ReadableStream`. It ends with its track, or a
   * MediaStream's last one; a video element or a canvas goes on, as a film may be played again or replaced. Disposing of
   * the classifier ends it with `disposed`. Give another camera a stream of its own: nothing of an ended one comes any
   * more.
   * @throws HwgqError `invalid-option` at once; reading fails with `invalid-image` for a source of another site, and as
   *   `classify`.
   */
  stream(source: StreamSource, options?: StreamOptions): ReadableStream<StreamResult>;
  /**
   * Changes the classifier's options for all later calls; what is not named stays, and what is `undefined` is the default again.
   * @throws HwgqError `invalid-option`, and nothing is changed.
   */
  setOptions(options: ClassificationOptions): void;
  /**
   * Rejects what is pending with `disposed` and frees the model's memory; the worker and the GPU device end with their
   * last classifier. May be called twice.
   */
  dispose(): void;
}
