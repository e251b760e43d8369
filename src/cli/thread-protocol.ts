import type { ClassificationOptions } from '../engine/classification.ts';
import type { ClassifierInfo } from '../engine/picture-classifier.ts';
import type { BackendName } from '../engine/runner.ts';
import { type ErrorCode, type ErrorDetails, HwgqError } from '../errors.ts';
import type { StoredPicture } from '../tools/data/data-set.ts';

/** The work of a thread, as its `workerData`. */
export interface ThreadSetup {
  /** The model that classifies each picture. If absent, the thread decodes pictures only. */
  readonly classify?: ModelSetup | undefined;
}

/** A model file, and how it classifies pictures. */
export interface ModelSetup {
  /** Path of the model. */
  readonly model: string;
  readonly backend: BackendName | 'auto';
  readonly options: ClassificationOptions;
}

/** The first message of a thread. */
export type ThreadReady = { readonly info: ClassifierInfo | undefined } | { readonly error: PlainError };

/** A picture for a thread. */
export interface ThreadTask {
  readonly id: number;
  readonly picture: StoredPicture;
}

/** The result for a task: a `Classification`, or a `Picture` if the thread only decodes. */
export type ThreadAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: PlainError };

/** An HwgqError as plain data. Threads cannot clone the class. */
interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

/** Converts an error to plain data. Other errors than HwgqErrors are rethrown. */
export function toPlainError(error: unknown): PlainError {
  if (!(error instanceof HwgqError)) throw error;
  const { code, message, details } = error;
  return { code, message, details };
}

/** Converts plain data back to an error. */
export function fromPlainError({ code, message, details }: PlainError): HwgqError {
  return new HwgqError(code, message, details);
}
