import { HwgqError } from '../../errors.ts';
import type { DataSet, StoredPicture } from '../data/data-set.ts';
import { matchClasses } from './classes.ts';
import { Evaluation } from './evaluation.ts';

/**
 * Classifies a batch of pictures and returns the probabilities of all classes for each. Throws HwgqError `invalid-image` if
 * a picture cannot be decoded.
 */
export type Classify = (pictures: readonly StoredPicture[]) => Promise<readonly Float32Array[]>;

/** Options of an evaluation. */
export interface EvaluationOptions {
  /** Labels of the model, one per class. */
  readonly labels: readonly string[];
  /** Number of pictures per batch. */
  readonly batch: number;
  /** Maximum number of pictures. Default: all. */
  readonly limit?: number;
}

/** A picture that could not be read or decoded. It is not part of the results. */
export interface UnreadablePicture {
  /** Index in the data set, starting at 0. */
  readonly index: number;
  readonly name: string;
  readonly reason: string;
}

/** A picture that has been read. */
interface Item {
  readonly index: number;
  readonly picture: StoredPicture;
}

/** A picture of the data set that could not be read. */
interface Missing {
  readonly index: number;
  readonly error: unknown;
}

/** Codes of errors that concern a single picture. The evaluation continues with the others. */
const PICTURE_CODES: readonly string[] = ['invalid-image', 'file'];
const NOT_PREDICTED = -1;

/** An evaluation that can be stopped and resumed. */
export class EvaluationRun {
  readonly evaluation: Evaluation;
  /** Pictures that could not be read so far, in the order of the data set. */
  readonly unreadable: UnreadablePicture[] = [];
  /** Number of pictures to evaluate. */
  readonly total: number;
  readonly #dataSet: DataSet;
  readonly #classify: Classify;
  readonly #classOf: (label: number) => number;
  readonly #batch: number;
  readonly #predicted: Int32Array;
  #done = 0;

  /** @throws HwgqError `unknown-class` if the data set has classes that the model does not have. */
  constructor(dataSet: DataSet, classify: Classify, { labels, batch, limit }: EvaluationOptions) {
    this.#dataSet = dataSet;
    this.#classify = classify;
    this.#classOf = matchClasses(dataSet, labels);
    this.#batch = batch;
    this.total = Math.min(limit ?? dataSet.length, dataSet.length);
    this.evaluation = new Evaluation(labels.length);
    this.#predicted = new Int32Array(this.total).fill(NOT_PREDICTED);
  }

  /** Number of pictures that are evaluated or unreadable so far. */
  get done(): number {
    return this.#done;
  }

  /** Whether all pictures are done. */
  get isComplete(): boolean {
    return this.#done === this.total;
  }

  /**
   * Starts or resumes the evaluation. It runs to the end or until the signal aborts, after which the current batch is
   * completed. The next batch is read while the network runs.
   * @throws HwgqError the errors of the data set and of `classify` that do not concern a single picture.
   */
  async run(onProgress: (run: EvaluationRun) => void, signal?: AbortSignal): Promise<void> {
    let ahead = this.#read(this.#done);
    while (!this.isComplete && !signal?.aborted) {
      const items = await ahead;
      const end = Math.min(this.#done + this.#batch, this.total);
      ahead = this.#read(end);
      await this.#evaluate(items.filter((item) => 'picture' in item));
      for (const item of items) if ('error' in item) this.#skip(item.index, item.error);
      this.unreadable.sort((a, b) => a.index - b.index);
      this.#done = end;
      onProgress(this);
    }
  }

  /** Returns the indices in the data set of the pictures of class `actual` that were predicted as `predicted`. */
  picturesOf(actual: number, predicted: number): number[] {
    const indices: number[] = [];
    for (const [index, prediction] of this.#predicted.entries()) {
      if (prediction === predicted && this.#actual(index) === actual) indices.push(index);
    }
    return indices;
  }

  #actual(index: number): number {
    return this.#classOf(this.#dataSet.label(index));
  }

  /** Reads the batch that begins at `start`. Errors are returned, because a batch that is read ahead may not be needed. */
  #read(start: number): Promise<(Item | Missing)[]> {
    const indices = Array.from({ length: Math.min(this.#batch, this.total - start) }, (_, offset) => start + offset);
    return Promise.all(
      indices.map(async (index) => {
        try {
          return { index, picture: await this.#dataSet.read(index) };
        } catch (error) {
          return { index, error };
        }
      }),
    );
  }

  async #evaluate(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    try {
      const scores = await this.#classify(items.map(({ picture }) => picture));
      for (const [position, { index }] of items.entries()) {
        this.#predicted[index] = this.evaluation.add(this.#actual(index), scores[position] ?? []);
      }
    } catch (error) {
      const [first, ...others] = items;
      if (others.length === 0 && first) this.#skip(first.index, error);
      else if (isPictureError(error)) for (const item of items) await this.#evaluate([item]);
      else throw error;
    }
  }

  #skip(index: number, error: unknown): void {
    if (!isPictureError(error)) throw error;
    this.unreadable.push({ index, name: this.#dataSet.name(index), reason: error.message });
  }
}

function isPictureError(error: unknown): error is HwgqError {
  return error instanceof HwgqError && PICTURE_CODES.includes(error.code);
}
