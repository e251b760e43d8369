import { classCount, expectOneScorePerClass, featuresBlob, scoresOf } from '../graph/scores.ts';
import type { AnyPicture } from '../image/deferred-picture.ts';
import type { Preprocessing } from '../image/preprocessing.ts';
import { floatBytes } from '../model/layer-sizes.ts';
import type { Model, Provenance } from '../model/model.ts';
import { categoriesOf, expectFiniteScores, labelsOf, probabilitiesOf } from './categories.ts';
import type { Classification, ClassificationOptions } from './classification.ts';
import type { BackendDescription, SessionOptions } from './runner.ts';
import { createSession, type Session } from './session.ts';

/** The properties of a classifier, as plain data. */
export interface ClassifierInfo {
  /** The network's name. */
  readonly network: string;
  /** The number of classes. */
  readonly classes: number;
  /** The label of each class, if the model has labels. */
  readonly labels?: readonly string[] | undefined;
  /** The conversion of pictures to the network's input. */
  readonly preprocessing: Preprocessing;
  /** The size of the `.hwgq` file, in bytes. */
  readonly bytes: number;
  /** The size of the same weights as float32, in bytes. */
  readonly floatBytes: number;
  /** The backend. With `auto` it changes when a GPU takes over, is refused, or is lost. */
  readonly backend: BackendDescription;
  /** The files that the model was made from, and its licence. */
  readonly provenance: Provenance;
}

/** A model that is ready to classify pictures: a session with its preprocessing and labels. */
export class PictureClassifier {
  readonly #info: Omit<ClassifierInfo, 'backend'>;
  readonly #session: Session;
  readonly #labels: readonly string[];
  readonly #toScores: (values: Float32Array) => Float32Array;

  private constructor(info: Omit<ClassifierInfo, 'backend'>, session: Session, areProbabilities: boolean) {
    this.#info = info;
    this.#session = session;
    this.#labels = labelsOf(info.labels, info.classes);
    this.#toScores = areProbabilities ? (values) => values.slice() : probabilitiesOf;
  }

  /**
   * Loads a model on a backend.
   * @param bytes the size of the `.hwgq` file.
   * @throws HwgqError the errors of `createSession`; `invalid-graph` if the network has several ends; `unsupported` if its
   *   scores are a map of places.
   */
  static async create(
    model: Model,
    bytes: number,
    options: Omit<SessionOptions, 'blobs'> = {},
  ): Promise<PictureClassifier> {
    const { graph, labels, preprocessing, provenance } = model;
    expectOneScorePerClass(graph);
    const classes = classCount(graph);
    const { blob, areProbabilities } = scoresOf(graph);
    const session = await createSession(model, { ...options, blobs: [blob, featuresBlob(graph)] });
    const info = {
      network: graph.name,
      classes,
      labels,
      preprocessing,
      bytes,
      floatBytes: floatBytes(graph),
      provenance,
    };
    return new PictureClassifier(info, session, areProbabilities);
  }

  get info(): ClassifierInfo {
    return { ...this.#info, backend: this.#session.backend };
  }

  /**
   * Classifies pictures, all in one run.
   * @param decoding the time that decoding the pictures took, in milliseconds. It counts as preprocessing.
   * @throws HwgqError `invalid-image`; `invalid-scores` if a score is infinite or NaN; the errors of `Session.run`.
   */
  async classify(
    pictures: readonly AnyPicture[],
    options: ClassificationOptions,
    decoding = 0,
  ): Promise<readonly Classification[]> {
    const start = performance.now();
    const { blobs, preprocessMilliseconds, milliseconds } = await this.#session.runPictures(pictures);
    const preprocess = decoding + preprocessMilliseconds;
    const total = decoding + performance.now() - start;
    const [values = new Float32Array()] = blobs;
    const { length } = this.#labels;
    return pictures.map((_, index) => {
      const scores = this.#toScores(values.subarray(index * length, (index + 1) * length));
      expectFiniteScores(scores, this.#labels);
      return {
        categories: categoriesOf(scores, this.#labels, options),
        scores: options.scores ? scores : undefined,
        timings: { preprocess, inference: milliseconds, total },
        backend: this.#session.backend,
      };
    });
  }

  /** Returns the input of the last layer with weights, planar. */
  async features(picture: AnyPicture): Promise<Float32Array> {
    const { blobs } = await this.#session.runPictures([picture]);
    return blobs[1] ?? new Float32Array();
  }

  /** Frees all memory. Further calls do nothing. */
  dispose(): void {
    this.#session.dispose();
  }
}
