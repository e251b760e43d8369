import { HwgqError } from '../../errors.ts';
import type { DataSet, StoredPicture } from '../data/data-set.ts';
import { matchClasses } from './classes.ts';
import { Evaluation } from './evaluation.ts';

/**
 * Runs a network on some pictures, and gives for each the probabilities of all classes.
 * It throws HwgqError `invalid-image` where one of them cannot be decoded.
 */
export type Classify = (pictures: readonly StoredPicture[]) => Promise<readonly Float32Array[]>;

export interface EvaluationOptions {
  /** The model's, one a class; in this number, whatever they are, scores come. */
  readonly labels: readonly string[];
  /** Pictures that are classified at a time. */
  readonly batch: number;
  /** Only the first so many. Default: all. */
  readonly limit?: number;
}

/** A picture that could not be read or decoded; it counts nowhere. */
export interface UnreadablePicture {
  readonly name: string;
  readonly reason: string;
}

/** A picture of the data set on its way. */
interface Item {
  readonly index: number;
  readonly picture: StoredPicture;
}

/** A picture of the data set that could not be read. */
interface Missing {
  readonly index: number;
  readonly error: unknown;
}

/** Errors that are one picture's fault; the others go on. */
const PICTURE_CODES: readonly string[] = ['invalid-image', 'file'];
const NOT_SEEN = -1;

/** An evaluation under way, which can be stopped and gone on with. */
export class EvaluationRun {
  readonly evaluation: Evaluation;
  readonly unreadable: UnreadablePicture[] = [];
  /** How many pictures there are to look at. */
  readonly total: number;
  readonly #dataSet: DataSet;
  readonly #classify: Classify;
  readonly #classOf: (label: number) => number;
  readonly #batch: number;
  readonly #predicted: Int32Array;
  #done = 0;

  /** @throws HwgqError `unknown-class` where the data set has classes that the model does not know. */
  constructor(dataSet: DataSet, classify: Classify, { labels, batch, limit }: EvaluationOptions) {
    this.#dataSet = dataSet;
    this.#classify = classify;
    this.#classOf = matchClasses(dataSet, labels);
    this.#batch = batch;
    this.total = Math.min(limit ?? dataSet.length, dataSet.length);
    this.evaluation = new Evaluation(labels.length);
    this.#predicted = new Int32Array(this.total).fill(NOT_SEEN);
  }

  /** How many pictures have been looked at, unreadable ones included. */
  get done(): number {
    return this.#done;
  }

  get isComplete(): boolean {
    return this.#done === this.total;
  }

  /**
   * Goes on from where it is, to the end or until the signal aborts; what is under way then is finished. The next
   * pictures are read while the network runs.
   * @throws HwgqError of the data set and of `classify`, but for single pictures'.
   */
  async run(onProgress: (run: EvaluationRun) => void, signal?: AbortSignal): Promise<void> {
    let ahead = this.#read(this.#done);
    while (!this.isComplete && !signal?.aborted) {
      const items = await ahead;
      const end = Math.min(this.#done + this.#batch, this.total);
      ahead = this.#read(end);
      await this.#look(items.filter((item) => 'picture' in item));
      for (const item of items) if ('error' in item) this.#skip(item.index, item.error);
      this.#done = end;
      onProgress(this);
    }
  }

  /** Places in the data set of the pictures of one class that were named another, or itself. */
  picturesOf(actual: number, predicted: number): number[] {
    const found: number[] = [];
    for (const [index, named] of this.#predicted.entries()) {
      if (named === predicted && this.#actual(index) === actual) found.push(index);
    }
    return found;
  }

  #actual(index: number): number {
    return this.#classOf(this.#dataSet.label(index));
  }

  /** Pictures from `start` on. What could not be read is told when its turn comes: reading ahead may be in vain. */
  #read(start: number): Promise<(Item | Missing)[]> {
    const indices = Array.from({ length: Math.min(this.#batch, this.total - start) }, (_, place) => start + place);
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

  async #look(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    try {
      const scores = await this.#classify(items.map(({ picture }) => picture));
      for (const [place, { index }] of items.entries()) {
        this.#predicted[index] = this.evaluation.add(this.#actual(index), scores[place] ?? []);
      }
    } catch (error) {
      const [first, ...others] = items;
      if (others.length === 0 && first) this.#skip(first.index, error);
      else if (isPictureError(error)) for (const item of items) await this.#look([item]);
      else throw error;
    }
  }

  #skip(index: number, error: unknown): void {
    if (!isPictureError(error)) throw error;
    this.unreadable.push({ name: this.#dataSet.name(index), reason: error.message });
  }
}

function isPictureError(error: unknown): error is HwgqError {
  return error instanceof HwgqError && PICTURE_CODES.includes(error.code);
}
