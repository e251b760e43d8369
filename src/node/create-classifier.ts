import { checkOptions, definedOptions, labelsOf } from '../engine/categories.ts';
import type { Classification, ClassificationOptions } from '../engine/classification.ts';
import { addSymbolDispose, type PlatformDisposable } from '../engine/disposable.ts';
import { CLASSIFICATION_OPTIONS, checkOptionTypes, type OptionTypes } from '../engine/option-types.ts';
import { type ClassifierInfo, PictureClassifier } from '../engine/picture-classifier.ts';
import type { BackendName, SimdLevel } from '../engine/runner.ts';
import { HwgqError } from '../errors.ts';
import type { Picture } from '../image/picture.ts';
import { decodePicture } from './decode-picture.ts';
import { type FileSource, readModel, readSource } from './read-model.ts';
import { nodeGpu } from './webgpu.ts';

/**
 * A PNG, JPEG or WebP file with at most 67 million pixels, or a decoded picture. Files are decoded to the samples that
 * browsers decode. Of an animation, the first frame is decoded.
 *
 * The samples that a file stores are classified as they are. Descriptions of their colour space (ICC profiles, and the
 * chunks gAMA, cHRM, sRGB and cICP of PNG) are ignored.
 */
export type NodeImageSource = FileSource | Picture;

/** Options of `createClassifier`: the model, the backend, and the defaults of every classification. */
export interface NodeClassifierOptions extends ClassificationOptions {
  /** A `.hwgq` file. */
  readonly model: FileSource;
  /**
   * The backend. Default: `wasm`. `webgpu` needs the npm package `webgpu`. `auto` uses `wasm`, and the reference
   * interpreter if this platform's WebAssembly has no SIMD.
   */
  readonly backend?: BackendName | 'auto' | undefined;
  /** WebAssembly's vector instructions. Default: the fastest that the platform supports. */
  readonly simd?: SimdLevel | undefined;
}

/** A model that is ready to classify pictures. It computes on the calling thread. */
export interface NodeClassifier extends PlatformDisposable {
  /** The model's properties and the backend. */
  readonly info: ClassifierInfo;
  /**
   * Classifies one picture. Options passed here override the classifier's own, for this call only; `undefined` stands for
   * the classifier's own value.
   * @throws HwgqError `invalid-option`, `file`, `invalid-image`, `disposed`, `device-lost` or `out-of-memory`.
   */
  classify(image: NodeImageSource, options?: ClassificationOptions): Promise<Classification>;
  /**
   * Classifies several pictures and returns the results in the same order.
   * @throws HwgqError the errors of `classify`, if one of them fails.
   */
  classifyBatch(
    images: readonly NodeImageSource[],
    options?: ClassificationOptions,
  ): Promise<readonly Classification[]>;
  /**
   * Returns the input of the last layer with weights as float32: planar (channel by channel, each row by row), as many
   * values as that layer has inputs.
   * @throws HwgqError the errors of `classify`.
   */
  features(image: NodeImageSource): Promise<Float32Array>;
  /**
   * Changes the classifier's options for all later calls. Options that are left out keep their values; `undefined`
   * restores the default.
   * @throws HwgqError `invalid-option`; the options then stay as they were.
   */
  setOptions(options: ClassificationOptions): void;
  /** Frees the memory and rejects pending calls with `disposed`. Further calls do nothing. */
  dispose(): void;
}

const CLASSIFIER_OPTIONS: OptionTypes<NodeClassifierOptions> = {
  ...CLASSIFICATION_OPTIONS,
  model: 'any',
  backend: 'string',
  simd: 'string',
};

/**
 * Reads a model and loads it on a backend.
 * @throws HwgqError `invalid-option`, `file`, `model-format`, `no-wasm`, `no-webgpu`, `unsupported`, `out-of-memory`,
 *   `device-lost` or `gpu-fault`.
 */
export async function createClassifier(options: NodeClassifierOptions): Promise<NodeClassifier> {
  checkOptionTypes('createClassifier', options, CLASSIFIER_OPTIONS);
  const { model: source, backend = 'wasm', simd } = options;
  const classification = definedOptions(options);
  checkOptions(classification);
  const { model, bytes } = await readModel(source);
  const gpu = backend === 'webgpu' ? await nodeGpu() : undefined;
  const classifier = await PictureClassifier.create(model, bytes, { backend, simd, gpu });
  return new LocalClassifier(classifier, classification);
}

class LocalClassifier implements NodeClassifier {
  readonly #classifier: PictureClassifier;
  readonly #labels: readonly string[];
  #options: ClassificationOptions = {};

  constructor(classifier: PictureClassifier, options: ClassificationOptions) {
    const { labels, classes } = classifier.info;
    this.#classifier = classifier;
    this.#labels = labelsOf(labels, classes);
    this.setOptions(options);
  }

  get info(): ClassifierInfo {
    return this.#classifier.info;
  }

  // Defined below, on platforms that have it.
  declare readonly [Symbol.dispose]: () => void;

  async classify(image: NodeImageSource, options: ClassificationOptions = {}): Promise<Classification> {
    checkOptionTypes('classify', options, CLASSIFICATION_OPTIONS);
    const merged = this.#merged(definedOptions(options));
    const start = performance.now();
    const picture = await toPicture(image);
    const [result] = await this.#classifier.classify([picture], merged, performance.now() - start);
    return result as Classification;
  }

  async classifyBatch(
    images: readonly NodeImageSource[],
    options?: ClassificationOptions,
  ): Promise<readonly Classification[]> {
    if (!Array.isArray(images)) {
      throw new HwgqError(
        'invalid-image',
        `classifyBatch accepts an array of pictures; ${String(images)} is not an array.`,
      );
    }
    const results: Classification[] = [];
    for (const image of images) results.push(await this.classify(image, options));
    return results;
  }

  async features(image: NodeImageSource): Promise<Float32Array> {
    return this.#classifier.features(await toPicture(image));
  }

  setOptions(options: ClassificationOptions): void {
    checkOptionTypes('setOptions', options, CLASSIFICATION_OPTIONS);
    this.#options = this.#merged(options);
  }

  dispose(): void {
    this.#classifier.dispose();
  }

  /** Returns the classifier's options overridden by those of a call, all of them checked. */
  #merged(options: ClassificationOptions): ClassificationOptions {
    const merged = { ...this.#options, ...options };
    checkOptions(merged, this.#labels);
    return merged;
  }
}

addSymbolDispose(LocalClassifier);

async function toPicture(image: NodeImageSource): Promise<Picture> {
  if (typeof image === 'object' && image !== null && 'data' in image) return image;
  const { name = 'the picture', bytes } = await readSource(image);
  return decodePicture(Uint8Array.from(bytes), name);
}
