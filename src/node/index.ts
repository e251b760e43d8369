export type { Category, Classification, ClassificationOptions, Timings } from '../engine/classification.ts';
export type { ClassifierInfo } from '../engine/picture-classifier.ts';
export type { BackendDescription, BackendName, SimdLevel } from '../engine/session.ts';
export { type ErrorCode, HwgqError } from '../errors.ts';
export type { Picture, Preprocessing } from '../image/preprocessing.ts';
export type { Provenance } from '../model/model.ts';
export {
  createClassifier,
  type FileSource,
  type NodeClassifier,
  type NodeClassifierOptions,
  type NodeImageSource,
} from './create-classifier.ts';
