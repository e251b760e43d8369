import { classCount, featuresBlob, logitsBlob } from '../graph/blobs.ts';
import type { AnyPicture } from '../image/deferred-picture.ts';
import type { Preprocessing } from '../image/preprocessing.ts';
import { floatBytes } from '../model/layer-sizes.ts';
import type { Model, Provenance } from '../model/model.ts';
import { labelsOf, toCategories } from './categories.ts';
import type { Classification, ClassificationOptions } from './classification.ts';
import type { BackendDescription, SessionOptions } from './runner.ts';
import { createSession, type Session } from './session.ts';

/** A plain snapshot of what a classifier is. */
export interface ClassifierInfo {
  /** The network's name. */
  readonly network: string;
  readonly classes: number;
  readonly labels?: readonly string[];
  readonly preprocessing: Preprocessing;
  /** The `.hwgq` file's size. */
  readonly bytes: number;
  /** What the same weights take as float32, in bytes. */
  readonly floatBytes: number;
  readonly backend: BackendDescription;
  readonly provenance: Provenance;
}

/** A model ready to name decoded pictures. */
export class PictureClassifier {
  private constructor(
    readonly info: ClassifierInfo,
    private readonly session: Session,
    private readonly labels: readonly string[],
  ) {}

  /**
   * @param bytes the `.hwgq` file's size.
   * @throws HwgqError as `createSession`.
   */
  static async create(
    model: Model,
    bytes: number,
    options: Omit<SessionOptions, 'blobs'> = {},
  ): Promise<PictureClassifier> {
    const { graph, labels, preprocessing, provenance } = model;
    const classes = classCount(graph);
    const session = await createSession(model, { ...options, blobs: [logitsBlob(graph), featuresBlob(graph)] });
    const info: ClassifierInfo = {
      network: graph.name,
      classes,
      ...(labels ? { labels } : {}),
      preprocessing,
      bytes,
      floatBytes: floatBytes(graph),
      backend: session.backend,
      provenance,
    };
    return new PictureClassifier(info, session, labelsOf(labels, classes));
  }

  /**
   * Names pictures, all in one run.
   * @param decoding milliseconds that it took.
   * @throws HwgqError `invalid-image`, and as `Session.run`.
   */
  async classify(
    pictures: readonly AnyPicture[],
    options: ClassificationOptions,
    decoding = 0,
  ): Promise<readonly Classification[]> {
    const start = performance.now();
    const { blobs, preprocessMilliseconds, milliseconds } = await this.session.runPictures(pictures);
    const preprocess = decoding + preprocessMilliseconds;
    const total = decoding + performance.now() - start;
    const [logits = new Float32Array()] = blobs;
    const { length } = this.labels;
    return pictures.map((_, index) => {
      const own = logits.subarray(index * length, (index + 1) * length);
      const { scores, categories } = toCategories(own, this.labels, options);
      return {
        categories,
        ...(options.scores ? { scores } : {}),
        timings: { preprocess, inference: milliseconds, total },
        backend: this.session.backend,
      };
    });
  }

  /** The values that enter the last layer with weights, planar. */
  async features(picture: AnyPicture): Promise<Float32Array> {
    const { blobs } = await this.session.runPictures([picture]);
    return blobs[1] ?? new Float32Array();
  }

  /** Frees everything; may be called twice. */
  dispose(): void {
    this.session.dispose();
  }
}
