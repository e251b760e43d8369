import { transferHandlers } from 'comlink';
import type { Classification, ClassificationOptions } from '../engine/classification.ts';
import type { ClassifierInfo } from '../engine/picture-classifier.ts';
import type { SessionOptions, SessionStage } from '../engine/runner.ts';
import { type ErrorCode, type ErrorDetails, HwgqError } from '../errors.ts';
import type { TransferableImage } from '../image/deferred-picture.ts';
import type { View } from '../image/view.ts';

export interface LoadOptions
  extends Pick<SessionOptions, 'backend' | 'powerPreference' | 'simd' | 'threads' | 'kernelChoice'> {
  readonly integrity?: string | undefined;
}

/** Called with a stage and how much of it is done; it is in the page, so calling it gives a promise. */
export type ProgressListener = (stage: 'decode' | SessionStage, done: number) => void | Promise<void>;

/** What pictures were taken for. */
export interface Classified {
  readonly results: readonly Classification[];
  /** For how long the machine has worked on them; waits for other work do not count. */
  readonly milliseconds: number;
}

/**
 * What the worker does for one classifier, on a port of its own: `start` once, `push` for each piece of the model's
 * file, `load`, then the rest. Releasing the port frees all of it.
 */
export interface ClassifierWorker {
  /** Begins what can be done without the model. */
  start(options: LoadOptions): void;
  /** Takes the file's next bytes. */
  push(bytes: Uint8Array): void;
  /** Makes the model ready, all of whose bytes have been pushed. All reports are answered before `load` is. */
  load(onProgress: ProgressListener): Promise<ClassifierInfo>;
  /** @param call A number by which `cancel` refers to this call. */
  classify(
    images: readonly TransferableImage[],
    options: ClassificationOptions & View,
    call?: number,
  ): Promise<Classified>;
  /** @param call A number by which `cancel` refers to this call. */
  features(image: TransferableImage, view?: View, call?: number): Promise<Float32Array>;
  /** Rejects a call that waits for its turn. A run that has started goes on, and its result is not used. */
  cancel(call: number): void;
}

interface SerializedError {
  readonly name: string;
  readonly message: string;
  readonly code?: ErrorCode;
  readonly details?: ErrorDetails;
}

/** Comlink keeps only an error's name, message and stack; ours keep their code and details, aborts their class. */
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
