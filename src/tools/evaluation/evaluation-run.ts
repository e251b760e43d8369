import { HwgqError } from '../../errors.ts';
import type { DataSet, StoredPicture } from '../data/data-set.ts';
import { matchClasses } from './classes.ts';
import { Evaluation } from './evaluation.ts';

/**
 * Classifies a batch of pictures and returns the probabilities of all classes for each. Throws HwgqError `invalid-image` if
 * a picture cannot be decoded. Calls overlap.
 */
export type Classify = (pictures: readonly StoredPicture[]) => Promise<readonly Float32Array[]>;

/** Options of an evaluation. */
export interface EvaluationOptions {
  /** Labels of the model, one per class. */
  readonly labels: readonly string[];
  /** Number of pictures per batch. */
  readonly batch: number;
  /** Number of batches that are read and classified at the same time. Default: 2, so that one is read while one runs. */
  readonly batchesInFlight?: number;
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

/** The result for a picture: its scores, or the error that prevented them. */
type Outcome = { readonly index: number } & ({ readonly scores: Float32Array } | { readonly error: unknown });

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
  readonly #batchesInFlight: number;
  readonly #predicted: Int32Array;
  #done = 0;

  /** @throws HwgqError `unknown-class` if the data set has classes that the model does not have. */
  constructor(dataSet: DataSet, classify: Classify, options: EvaluationOptions) {
    const { labels, batch, batchesInFlight = 2, limit } = options;
    this.#dataSet = dataSet;
    this.#classify = classify;
    this.#classOf = matchClasses(dataSet, labels);
    this.#batch = batch;
    this.#batchesInFlight = batchesInFlight;
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
   * Starts or resumes the evaluation. It runs to the end or until the signal aborts, after which the batches in flight are
   * completed. Results are added in the order of the data set, so they do not depend on which batch is faster.
   * @throws HwgqError the errors of the data set and of `classify` that do not concern a single picture.
   */
  async run(onProgress: (run: EvaluationRun) => void, signal?: AbortSignal): Promise<void> {
    const inFlight: Promise<Outcome[]>[] = [];
    let next = this.#done;
    const startBatches = () => {
      while (inFlight.length < this.#batchesInFlight && next < this.total && !signal?.aborted) {
        inFlight.push(this.#outcomes(next));
        next = Math.min(next + this.#batch, this.total);
      }
    };
    startBatches();
    for (let batch = inFlight.shift(); batch; batch = inFlight.shift()) {
      const outcomes = await batch;
      for (const outcome of outcomes) this.#record(outcome);
      this.#done += outcomes.length;
      onProgress(this);
      startBatches();
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

  /** Reads and classifies the batch that begins at `start`. Never rejects: errors are outcomes, recorded in order. */
  async #outcomes(start: number): Promise<Outcome[]> {
    const indices = Array.from({ length: Math.min(this.#batch, this.total - start) }, (_, offset) => start + offset);
    const items = await Promise.all(
      indices.map(async (index): Promise<Item | Outcome> => {
        try {
          return { index, picture: await this.#dataSet.read(index) };
        } catch (error) {
          return { index, error };
        }
      }),
    );
    const classified = await this.#classified(items.filter((item) => 'picture' in item));
    const unread = items.filter((item) => 'error' in item);
    return [...classified, ...unread].sort((a, b) => a.index - b.index);
  }

  /** Classifies pictures, one by one if one of them is broken. */
  async #classified(items: readonly Item[]): Promise<Outcome[]> {
    if (items.length === 0) return [];
    try {
      const scores = await this.#classify(items.map(({ picture }) => picture));
      return items.map(({ index }, position) => ({ index, scores: scores[position] ?? new Float32Array() }));
    } catch (error) {
      if (items.length === 1 || !(isPictureError(error) || isInvalidScores(error)))
        return items.map(({ index }) => ({ index, error }));
      const outcomes: Outcome[] = [];
      for (const item of items) outcomes.push(...(await this.#classified([item])));
      return outcomes;
    }
  }

  /** Adds the result for a picture. @throws its error, if that does not concern the picture alone. */
  #record(outcome: Outcome): void {
    const { index } = outcome;
    if ('scores' in outcome) this.#predicted[index] = this.evaluation.add(this.#actual(index), outcome.scores);
    else if (isInvalidScores(outcome.error)) this.evaluation.addInvalid(this.#actual(index));
    else if (!isPictureError(outcome.error)) throw outcome.error;
    else this.unreadable.push({ index, name: this.#dataSet.name(index), reason: outcome.error.message });
  }
}

function isInvalidScores(error: unknown): boolean {
  return error instanceof HwgqError && error.code === 'invalid-scores';
}

function isPictureError(error: unknown): error is HwgqError {
  return error instanceof HwgqError && PICTURE_CODES.includes(error.code);
}
