import type { Classification, ClassificationOptions, Timings } from '../engine/classification.ts';
import type { PlatformDisposable } from '../engine/disposable.ts';
import type { ClassifierInfo } from '../engine/picture-classifier.ts';
import type { BackendDescription, BackendName, KernelChoice, SimdLevel } from '../engine/runner.ts';
import type { View } from '../image/view.ts';
import type { FrameCounts } from './frame-flow.ts';

/**
 * A `.hwgq` model: its URL, its bytes, or a stream of its bytes, which is read once.
 *
 * A string is a URL relative to the page.
 */
export type ModelSource = string | URL | Request | Blob | ArrayBuffer | ReadableStream<Uint8Array>;

/**
 * A picture: its URL, a file, or anything else that a browser can draw.
 *
 * A string is a URL relative to the page. Pictures from another origin must be sent with CORS headers; their elements
 * need the `crossorigin` attribute. An `HTMLImageElement` may still be loading: the classifier waits for it.
 *
 * The samples that a file stores are classified as they are. Descriptions of their colour space (ICC profiles, and the
 * chunks gAMA, cHRM, sRGB and cICP of PNG) are ignored in files, URLs, and image elements. A canvas, a frame, or a bitmap
 * counts as it is.
 */
export type ImageSource =
  | string
  | URL
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement
  | ImageBitmap
  | ImageData
  | Blob
  | VideoFrame;

/** A source of video frames. */
export type StreamSource = MediaStream | MediaStreamTrack | HTMLVideoElement | HTMLCanvasElement | OffscreenCanvas;

/**
 * Options of `classify` and `classifyBatch`. They apply to this call only.
 *
 * An option that is left out or `undefined` has the value that the classifier was created with or that `setOptions` set
 * last. To return to a default for all calls, use `setOptions`.
 */
export interface ClassifyOptions extends ClassificationOptions, View {
  /** Cancels the call at any stage, in downloads and queues too. The call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `features`. */
export interface FeaturesOptions extends View {
  /** Cancels the call at any stage, in downloads and queues too. The call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Options of `stream`.
 *
 * A classification option that is left out or `undefined` follows the classifier's, including later changes by
 * `setOptions`.
 */
export interface StreamOptions extends ClassifyOptions {
  /** Maximum frames per second. Default: as many as the source provides and the machine can classify. */
  readonly frameRate?: number | undefined;
  /**
   * Time constant of exponential smoothing, in milliseconds, so that labels do not flicker: after this time, 63% of a
   * change has reached the scores. Default: 0, no smoothing.
   */
  readonly smoothing?: number | undefined;
  /** Ends the stream. Reading it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Durations of one frame, in milliseconds. */
export interface StreamTimings extends Timings {
  /** Time from the frame's arrival to its result, waiting included. */
  readonly latency: number;
}

/** The classification of one video frame. */
export interface StreamResult extends Classification {
  /** Time of the frame in milliseconds, by its source's clock. A canvas uses the page's (`performance.now()`). */
  readonly timestamp: number;
  readonly timings: StreamTimings;
  /**
   * Numbers of frames since the stream began, up to this result. Frames that are skipped because of `frameRate`, or
   * while the tab is hidden, are not counted.
   */
  readonly counts: FrameCounts;
}

/** A stage of `createClassifier`. The stages run in this order. */
export type LoadStage = 'download' | 'decode' | 'compile' | 'warm-up';

/** The progress of `createClassifier`. */
export interface LoadProgress {
  readonly stage: LoadStage;
  /** Progress of all stages together, 0 to 1. It never decreases. */
  readonly progress: number;
  /** Bytes received so far. */
  readonly loadedBytes: number;
  /** Size of the whole file in bytes; absent if the server or the source does not report it. */
  readonly totalBytes?: number;
}

/**
 * Options of `createClassifier`. An option that is `undefined` has its default.
 *
 * The classification options (`maxResults`, `scoreThreshold`, …) are defaults for every call of the classifier.
 */
export interface ClassifierOptions extends ClassificationOptions {
  /** The `.hwgq` model: a URL, the file's bytes, or a stream of them. */
  readonly model: ModelSource;
  /**
   * The backend. Default: `auto`, which starts on WebAssembly and continues on a hardware GPU once that has computed the
   * same scores in less time. It falls back to WebAssembly if the GPU is lost for good, and to the reference interpreter
   * if WebAssembly does not run the model.
   */
  readonly backend?: BackendName | 'auto' | undefined;
  /** Expected hash of the model file, as in Subresource Integrity: `sha256-` and the hash in base64. */
  readonly integrity?: string | undefined;
  /**
   * Keeps the model in the page's Cache storage, under its URL and `integrity`. Default: false.
   *
   * Later loads ask the server whether the file has changed (by `ETag` or `Last-Modified`) and use the stored copy if it
   * has not, or if the server cannot be reached. If `integrity` is set, a stored copy with this hash is used without
   * asking. A damaged copy is downloaded again. The option has no effect on models that are not loaded from an HTTP
   * URL, nor in pages without Cache storage (insecure contexts, sandboxed frames).
   */
  readonly cache?: boolean | undefined;
  /**
   * URL of the package's `worker.js`, absolute or relative to the page, for bundlers that do not find it by themselves. It
   * may be on another origin that allows the page by CORS.
   */
  readonly workerUrl?: string | URL | undefined;
  /** The preferred GPU on machines with two. WebGPU only. Default: the browser's choice. */
  readonly powerPreference?: 'low-power' | 'high-performance' | undefined;
  /** WebAssembly's vector instructions. Default: the fastest that the browser supports. */
  readonly simd?: SimdLevel | undefined;
  /**
   * Number of WebAssembly threads. More than one requires a cross-origin isolated page. Default: up to four if the page is
   * isolated and the network is not small, otherwise 1.
   */
  readonly threads?: number | undefined;
  /** The WebGPU kernel for each layer shape, as `autotune` measured on this adapter. Default: a fixed order of kernels. */
  readonly kernelChoice?: KernelChoice | undefined;
  /** Called as each stage progresses, and with each piece of the file that arrives. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /**
   * Called when the backend has changed: when `auto` continues on a GPU, has decided against it, or has lost it. `info` has
   * the new backend by then.
   */
  readonly onBackendChange?: ((backend: BackendDescription) => void) | undefined;
  /** Cancels `createClassifier` at any stage. It then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Replaces `fetch` for the model, and for pictures that are passed as URLs. Default: the page's `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

/**
 * A model that is ready to classify pictures.
 *
 * Dispose of a classifier that is no longer needed. In environments with `Symbol.dispose` a `using` declaration does so:
 * `using classifier = await createClassifier({ model })`.
 */
export interface Classifier extends PlatformDisposable {
  /** The model and the backend that it runs on, which may change with `auto`. */
  readonly info: ClassifierInfo;
  /**
   * Classifies one picture.
   * @throws HwgqError `invalid-option`; `download` if a picture's URL cannot be fetched; `invalid-image` if the picture
   *   cannot be decoded or drawn; `disposed`, `device-lost`, `out-of-memory` or `worker`. Throws the signal's reason if
   *   `signal` aborts.
   */
  classify(image: ImageSource, options?: ClassifyOptions): Promise<Classification>;
  /**
   * Classifies several pictures. Returns their results in the same order.
   * @throws HwgqError as `classify`, if one of the pictures fails.
   */
  classifyBatch(images: readonly ImageSource[], options?: ClassifyOptions): Promise<readonly Classification[]>;
  /**
   * Returns the features of a picture: the input of the network's last layer with weights, planar (channels × height ×
   * width).
   * @throws HwgqError as `classify`.
   */
  features(image: ImageSource, options?: FeaturesOptions): Promise<Float32Array>;
  /**
   * Classifies a source's frames as they are shown, with low latency: at most two frames are in flight and one waits; a
   * newer frame replaces it. Frames are classified while the stream is being read, and not while the tab is hidden. The
   * rate drops to 15 frames per second on battery, and on a machine that slows down to half of its usual speed.
   *
   * Read the stream with `for await`, or as any `ReadableStream`; leaving the loop ends it. It closes when its track ends,
   * for a `MediaStream` its last video track. A stream of a video element or canvas does not close by itself, because a
   * video may be played again or replaced. If the classifier is disposed of, the stream fails with `disposed`. Start a
   * new stream for another camera: results of the old one then cannot arrive any more.
   * @throws HwgqError `invalid-option` at once. Reading rejects with `invalid-image` for a source of another origin without
   *   CORS, and otherwise as `classify`.
   */
  stream(source: StreamSource, options?: StreamOptions): ReadableStream<StreamResult>;
  /**
   * Changes the classifier's options for all later calls. Options that are left out keep their values; `undefined`
   * restores the default.
   * @throws HwgqError `invalid-option`; no option is changed then.
   */
  setOptions(options: ClassificationOptions): void;
  /**
   * Frees the model's memory and rejects pending calls with `disposed`. The worker and the GPU device end with the page's
   * last classifier. May be called more than once.
   */
  dispose(): void;
}
