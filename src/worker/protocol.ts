import { transferHandlers } from 'comlink';
import type { Classification, ClassificationOptions } from '../engine/classification.ts';
import type { ClassifierInfo } from '../engine/picture-classifier.ts';
import type { BackendDescription, SessionOptions, SessionStage } from '../engine/runner.ts';
import { type ErrorCode, type ErrorDetails, HwgqError } from '../errors.ts';
import type { TransferableImage } from '../image/deferred-picture.ts';
import type { View } from '../image/view.ts';

/** The options of a classifier that the worker needs to load its model. */
export interface LoadOptions
  extends Pick<SessionOptions, 'backend' | 'powerPreference' | 'simd' | 'threads' | 'kernelChoice'> {
  readonly integrity?: string | undefined;
}

/** Called with a stage and its progress, 0 to 1. The function is in the page, so calling it returns a promise. */
export type ProgressListener = (stage: 'decode' | SessionStage, done: number) => void | Promise<void>;

/** Called when the backend has changed. The function is in the page. */
export type BackendListener = (backend: BackendDescription) => void | Promise<void>;

/** The results of a call of `classify`. */
export interface Classified {
  readonly results: readonly Classification[];
  /** The time that the backend worked on them, in milliseconds, excluding waits for other classifiers' runs. */
  readonly milliseconds: number;
}

/**
 * The interface of the worker to one classifier, which has its own port. Call `start` once, `push` for each chunk of
 * the model's file, then `load`, then the other methods. Releasing the port frees the classifier.
 */
export interface ClassifierWorker {
  /** Starts the work that does not need the model. */
  start(options: LoadOptions): void;
  /** Decodes the next bytes of the file. */
  push(bytes: Uint8Array): void;
  /**
   * Loads the model after all bytes have been pushed. It resolves after all calls of `onProgress` have. Calls of
   * `onBackendChange` may follow until the port is released.
   */
  load(onProgress: ProgressListener, onBackendChange: BackendListener): Promise<ClassifierInfo>;
  /** @param call A number that identifies this call for `cancel`. */
  classify(
    images: readonly TransferableImage[],
    options: ClassificationOptions & View,
    call?: number,
  ): Promise<Classified>;
  /** @param call A number that identifies this call for `cancel`. */
  features(image: TransferableImage, view?: View, call?: number): Promise<Float32Array>;
  /** Rejects a call that waits for its turn. A run that has started continues, and its result is not used. */
  cancel(call: number): void;
}

interface SerializedError {
  readonly name: string;
  readonly message: string;
  readonly code?: ErrorCode;
  readonly details?: ErrorDetails;
}

/**
 * Lets comlink transfer the code and details of an HwgqError and the class of an AbortError. By default it transfers only
 * name, message and stack.
 */
export function installErrorTransfer(): void {
  const comlink = transferHandlers.get('throw');
  if (!comlink) return;
  transferHandlers.set('throw', {
    canHandle: comlink.canHandle,
    serialize: (thrown) => {
      const { value } = thrown as { value: unknown };
      return [serializeError(value), []];
    },
    deserialize: (serialized) => {
      throw deserializeError(serialized as SerializedError);
    },
  });
}

function serializeError(error: unknown): SerializedError {
  if (error instanceof HwgqError) {
    return { name: error.name, message: error.message, code: error.code, details: error.details };
  }
  if (error instanceof Error || error instanceof DOMException) return { name: error.name, message: error.message };
  return { name: 'Error', message: String(error) };
}

function deserializeError({ name, message, code, details }: SerializedError): Error {
  if (code) return new HwgqError(code, message, details);
  return name === 'AbortError' ? new DOMException(message, name) : Object.assign(new Error(message), { name });
}
