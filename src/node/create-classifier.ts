import { fileURLToPath } from 'node:url';
import { checkOptions, labelsOf } from '../engine/categories.ts';
import type { Classification, ClassificationOptions } from '../engine/classification.ts';
import { type ClassifierInfo, PictureClassifier } from '../engine/picture-classifier.ts';
import type { SimdLevel } from '../engine/runner.ts';
import { HwgqError, withFileName } from '../errors.ts';
import type { Picture } from '../image/preprocessing.ts';
import { decodeModel } from '../model/decode.ts';
import { decodePicture } from './decode-picture.ts';
import { readBytes } from './read-file.ts';

/** A file's path or `file:` URL, or its bytes. */
export type FileSource = string | URL | Uint8Array;

/** A PNG, JPEG or WebP file, or a picture that has been decoded. */
export type NodeImageSource = FileSource | Picture;

/** Which model a classifier in Node is made of, and how it answers. */
export interface NodeClassifierOptions extends ClassificationOptions {
  /** A `.hwgq` file. */
  readonly model: FileSource;
  /** Default: `wasm`. */
  readonly backend?: 'wasm' | 'reference';
  /** WebAssembly's vector instructions. Default: the best there are. */
  readonly simd?: SimdLevel;
}

/** A model ready to name pictures. It computes on the thread that calls it. */
export interface NodeClassifier {
  /** What it is made of and runs on. */
  readonly info: ClassifierInfo;
  /**
   * Names one picture. Options given here go before those of the classifier, for this call only.
   * @throws HwgqError `invalid-option`, `file`, `invalid-image`, `disposed` or `out-of-memory`.
   */
  classify(image: NodeImageSource, options?: ClassificationOptions): Promise<Classification>;
  /**
   * Names several, in order.
   * @throws HwgqError as `classify`, where one of them fails.
   */
  classifyBatch(
    images: readonly NodeImageSource[],
    options?: ClassificationOptions,
  ): Promise<readonly Classification[]>;
  /**
   * The values that enter the last layer with weights, as many as it has inputs: one channel after the other, each row
   * by row.
   * @throws HwgqError as `classify`.
   */
  features(image: NodeImageSource): Promise<Float32Array>;
  /**
   * Changes the classifier's options for all later calls; what is not named stays, and what is `undefined` is the default again.
   * @throws HwgqError `invalid-option`, and nothing is changed.
   */
  setOptions(options: ClassificationOptions): void;
  /** Frees memory and rejects what is pending with `disposed`. May be called twice. */
  dispose(): void;
}

/**
 * Reads a model and makes it ready.
 * @throws HwgqError `invalid-option`, `file`, `model-format`, `no-wasm`, `unsupported` or `out-of-memory`.
 */
export async function createClassifier(options: NodeClassifierOptions): Promise<NodeClassifier> {
  const { model: source, backend = 'wasm', simd, ...classification } = options;
  checkOptions(classification);
  const { name, bytes } = await readSource(source);
  const model = name === undefined ? decodeModel(bytes) : withFileName(name, () => decodeModel(bytes));
  const classifier = await PictureClassifier.create(model, bytes.length, { backend, ...(simd ? { simd } : {}) });
  return new LocalClassifier(classifier, classification);
}

class LocalClassifier implements NodeClassifier {
  private readonly labels: readonly string[];
  private options: ClassificationOptions = {};

  constructor(
    private readonly classifier: PictureClassifier,
    options: ClassificationOptions,
  ) {
    const { labels, classes } = classifier.info;
    this.labels = labelsOf(labels, classes);
    this.setOptions(options);
  }

  get info(): ClassifierInfo {
    return this.classifier.info;
  }

  async classify(image: NodeImageSource, options?: ClassificationOptions): Promise<Classification> {
    const merged = this.checked(options);
    const start = performance.now();
    const picture = await toPicture(image);
    const [result] = await this.classifier.classify([picture], merged, performance.now() - start);
    return result as Classification;
  }

  async classifyBatch(
    images: readonly NodeImageSource[],
    options?: ClassificationOptions,
  ): Promise<readonly Classification[]> {
    const results: Classification[] = [];
    for (const image of images) results.push(await this.classify(image, options));
    return results;
  }

  async features(image: NodeImageSource): Promise<Float32Array> {
    return this.classifier.features(await toPicture(image));
  }

  setOptions(options: ClassificationOptions): void {
    this.options = this.checked(options);
  }

  dispose(): void {
    this.classifier.dispose();
  }

  /** With the classifier's own. */
  private checked(options: ClassificationOptions | undefined): ClassificationOptions {
    const merged = { ...this.options, ...options };
    checkOptions(merged, this.labels);
    return merged;
  }
}

async function toPicture(image: NodeImageSource): Promise<Picture> {
  if (typeof image === 'object' && 'data' in image) return image;
  const { name = 'the picture', bytes } = await readSource(image);
  return decodePicture(Uint8Array.from(bytes), name);
}

async function readSource(source: FileSource): Promise<{ name?: string; bytes: Uint8Array }> {
  if (source instanceof Uint8Array) return { bytes: source };
  if (source instanceof URL && source.protocol !== 'file:') {
    throw new HwgqError('invalid-option', `'${source}' is no file: URL. Fetch it, and give its bytes.`);
  }
  const name = source instanceof URL ? fileURLToPath(source) : source;
  return { name, bytes: await readBytes(name) };
}
