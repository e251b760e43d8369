/**
 * The library for Node: WebAssembly, and WebGPU with the npm package `webgpu`.
 * @module hwgq-web/node
 */

export type { Category, Classification, ClassificationOptions, Timings } from '../engine/classification.ts';
export type { PlatformDisposable } from '../engine/disposable.ts';
export type { ClassifierInfo } from '../engine/picture-classifier.ts';
export type { BackendDescription, BackendName, SimdLevel } from '../engine/runner.ts';
export { type ErrorCode, type ErrorDetails, HwgqError } from '../errors.ts';
export type { Picture } from '../image/picture.ts';
export type { ChannelOrder, Fit, Mean, Preprocessing } from '../image/preprocessing.ts';
export type { Provenance, SourceFile } from '../model/model.ts';
export {
  createClassifier,
  type NodeClassifier,
  type NodeClassifierOptions,
  type NodeImageSource,
} from './create-classifier.ts';
export type { FileSource } from './read-model.ts';
