import { CLASSIFICATION_OPTIONS, type OptionTypes } from '../engine/option-types.ts';
import type { ClassifierOptions, ClassifyOptions, FeaturesOptions, StreamOptions } from './types.ts';

export const FEATURES_OPTIONS: OptionTypes<FeaturesOptions> = {
  region: 'any',
  mirror: 'boolean',
  signal: 'AbortSignal',
};

export const CLASSIFY_OPTIONS: OptionTypes<ClassifyOptions> = { ...CLASSIFICATION_OPTIONS, ...FEATURES_OPTIONS };

export const STREAM_OPTIONS: OptionTypes<StreamOptions> = {
  ...CLASSIFY_OPTIONS,
  frameRate: 'number',
  smoothing: 'number',
};

export const CLASSIFIER_OPTIONS: OptionTypes<ClassifierOptions> = {
  ...CLASSIFICATION_OPTIONS,
  model: 'any',
  backend: 'string',
  integrity: 'string',
  cache: 'boolean',
  workerUrl: 'any',
  powerPreference: 'string',
  simd: 'string',
  threads: 'number',
  kernelChoice: 'object',
  onProgress: 'function',
  onBackendChange: 'function',
  signal: 'AbortSignal',
  fetch: 'function',
};
