/**
 * Classifies pictures and video in pages and in their workers. `hwgq-web/inline` has the same exports, with the worker
 * inside the module.
 * @module hwgq-web
 */

export type { Category, Classification, ClassificationOptions, Timings } from '../engine/classification.ts';
export type { PlatformDisposable } from '../engine/disposable.ts';
export type { ClassifierInfo } from '../engine/picture-classifier.ts';
export type {
  AdapterDescription,
  BackendDescription,
  BackendName,
  GpuProof,
  KernelChoice,
  SimdLevel,
  VariantName,
} from '../engine/runner.ts';
export { type ErrorCode, type ErrorDetails, HwgqError } from '../errors.ts';
export type { ChannelOrder, Fit, Mean, Preprocessing } from '../image/preprocessing.ts';
export type { Region, View } from '../image/view.ts';
export type { Provenance, SourceFile } from '../model/model.ts';
export { createClassifier } from './create-classifier.ts';
export type { FrameCounts } from './frame-flow.ts';
export type * from './types.ts';
