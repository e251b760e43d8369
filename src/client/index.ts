export type { Category, Classification, ClassificationOptions, Timings } from '../engine/classification.ts';
export type { ClassifierInfo } from '../engine/picture-classifier.ts';
export type {
  AdapterDescription,
  BackendDescription,
  BackendName,
  KernelChoice,
  SimdLevel,
} from '../engine/session.ts';
export { type ErrorCode, HwgqError } from '../errors.ts';
export type { Preprocessing } from '../image/preprocessing.ts';
export type { Provenance } from '../model/model.ts';
export type { Region, View } from '../worker/view.ts';
export { createClassifier } from './create-classifier.ts';
export type { FrameCounts } from './frame-flow.ts';
export type * from './types.ts';
