/** Type tests of the public API: `npm run check` verifies them; nothing here runs. */
import { expectTypeOf } from 'vitest';
import {
  type Classification,
  type Classifier,
  type ClassifierOptions,
  type ClassifyOptions,
  createClassifier,
  type FeaturesOptions,
  type StreamOptions,
  type StreamResult,
} from '../../src/client/index.ts';

declare const classifier: Classifier;
declare const image: HTMLImageElement;
declare const video: HTMLVideoElement;

expectTypeOf(createClassifier).returns.resolves.toEqualTypeOf<Classifier>();
expectTypeOf(classifier.classify).returns.resolves.toEqualTypeOf<Classification>();
expectTypeOf(classifier.stream).returns.toEqualTypeOf<ReadableStream<StreamResult>>();

// Every option accepts undefined, so that callers can pass through their own options.
type WithUndefined<Options> = { [Name in keyof Options]: Options[Name] | undefined };
expectTypeOf<WithUndefined<Omit<ClassifierOptions, 'model'>>>().toExtend<Omit<ClassifierOptions, 'model'>>();
expectTypeOf<WithUndefined<Required<ClassifyOptions>>>().toExtend<ClassifyOptions>();
expectTypeOf<WithUndefined<Required<StreamOptions>>>().toExtend<StreamOptions>();
expectTypeOf<WithUndefined<Required<FeaturesOptions>>>().toExtend<FeaturesOptions>();

void classifier.classify('cat.jpg', { signal: AbortSignal.timeout(1000) });
void classifier.classify(new URL('https://example.com/cat.jpg'));
void classifier.classifyBatch([image, 'cat.jpg', new Blob()], { maxResults: 1 });
void classifier.features(image, { region: 'square', mirror: true });
expectTypeOf(classifier).toExtend<Disposable>();

// @ts-expect-error The model is required.
void createClassifier({});
// @ts-expect-error A model cannot be undefined.
void createClassifier({ model: undefined });
// @ts-expect-error `maxResults` is a number.
void createClassifier({ model: 'cat.hwgq', maxResults: '3' });
// @ts-expect-error A misspelt option.
void createClassifier({ model: 'cat.hwgq', maxResult: 3 });
// @ts-expect-error An unknown backend.
void createClassifier({ model: 'cat.hwgq', backend: 'webgl' });
// @ts-expect-error A picture is required.
void classifier.classify();
// @ts-expect-error A number is not a picture.
void classifier.classify(5);
// @ts-expect-error `frameRate` is an option of `stream`.
void classifier.classify(image, { frameRate: 10 });
// @ts-expect-error Features have no categories.
void classifier.features(image, { maxResults: 1 });
// @ts-expect-error One picture is not an array.
void classifier.classifyBatch(image);
// @ts-expect-error An image has no frames.
classifier.stream(image);
// @ts-expect-error `mirror` belongs to a call, not to the classifier.
classifier.setOptions({ mirror: true });
// @ts-expect-error A classifier's description cannot be replaced.
classifier.info = { ...classifier.info };
classifier.stream(video, { frameRate: 10, smoothing: undefined });
