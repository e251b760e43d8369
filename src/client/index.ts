export type { Category, Classification, ClassificationOptions, Timings } from '../engine/classification.ts';
export type {
  AdapterDescription,
  BackendDescription,
  BackendName,
  KernelChoice,
  SimdLevel,
} from '../engine/session.ts';
export { type ErrorCode, HwgqError } from '../errors.ts';
export { createClassifier } from './create-classifier.ts';
export type * from './types.ts';
