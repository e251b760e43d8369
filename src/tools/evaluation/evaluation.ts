import { HwgqError } from '../../errors.ts';
import { Calibration, type CalibrationBin, type CalibrationCounts } from './calibration.ts';

/** Result for one class. */
export interface ClassResult {
  readonly index: number;
  /** Number of pictures of this class. */
  readonly pictures: number;
  /** Number of these that are classified correctly. */
  readonly correct: number;
}

/** Number of pictures of one class that are predicted as one class. */
export interface ConfusedPair {
  readonly actual: number;
  readonly predicted: number;
  readonly pictures: number;
}

/** The content of an `Evaluation` as plain data. All values are exact, so that parts add up to the whole. */
export interface EvaluationCounts {
  /** Number of pictures whose class is among the five highest scores. */
  readonly topFive: number;
  /** The cells of the confusion matrix that are not 0. */
  readonly confusion: readonly ConfusedPair[];
  readonly calibration: CalibrationCounts;
  /** Numbers of pictures of a class whose scores were not finite. Absent if there are none. */
  readonly invalid?: readonly { readonly actual: number; readonly pictures: number }[];
}

const TOP_RANKS = 5;

/** Collects the predictions for labelled pictures. A class is an index into the scores of the network. */
export class Evaluation {
  readonly #confusion: Uint32Array;
  readonly #calibration = new Calibration();
  readonly #invalid: Uint32Array;
  #pictures = 0;
  #correct = 0;
  #topFive = 0;

  constructor(readonly classes: number) {
    this.#confusion = new Uint32Array(classes * classes);
    this.#invalid = new Uint32Array(classes);
  }

  /**
   * Adds one picture. Equal scores rank in class order.
   * @param actual the class of the picture.
   * @param scores the probabilities of all classes.
   * @returns the predicted class: the one with the highest score.
   * @throws HwgqError `unknown-class` if `actual` is out of range, `shape-mismatch` if the number of scores is wrong.
   */
  add(actual: number, scores: ArrayLike<number>): number {
    this.#expectClass(actual);
    if (scores.length !== this.classes) {
      throw new HwgqError(
        'shape-mismatch',
        `There are ${scores.length} scores for ${this.classes} classes. Pass one score per class.`,
      );
    }
    const own = scores[actual] as number;
    let predicted = 0;
    let rank = 0;
    for (let index = 0; index < this.classes; index++) {
      const score = scores[index] as number;
      if (score > (scores[predicted] as number)) predicted = index;
      if (score > own || (score === own && index < actual)) rank++;
    }
    this.#count(actual, predicted, 1);
    this.#calibration.add(scores[predicted] as number, predicted === actual);
    if (rank < TOP_RANKS) this.#topFive++;
    return predicted;
  }

  /**
   * Adds one picture whose scores are not finite numbers. It is wrong, and predicted as no class.
   * @throws HwgqError `unknown-class` if `actual` is out of range.
   */
  addInvalid(actual: number): void {
    this.#expectClass(actual);
    this.#countInvalid(actual, 1);
  }

  /** Returns the content as plain data. */
  counts(): EvaluationCounts {
    const invalid = [...this.#invalid.entries()]
      .filter(([, pictures]) => pictures > 0)
      .map(([actual, pictures]) => ({ actual, pictures }));
    return {
      topFive: this.#topFive,
      confusion: this.#cells(),
      calibration: this.#calibration.counts(),
      ...(invalid.length > 0 && { invalid }),
    };
  }

  /** Adds the pictures of another evaluation with as many classes. */
  addCounts({ topFive, confusion, calibration, invalid = [] }: EvaluationCounts): void {
    for (const { actual, pictures } of invalid) this.#countInvalid(actual, pictures);
    for (const { actual, predicted, pictures } of confusion) this.#count(actual, predicted, pictures);
    this.#topFive += topFive;
    this.#calibration.addCounts(calibration);
  }

  /** Number of pictures added. */
  get pictures(): number {
    return this.#pictures;
  }

  /** Number of pictures whose scores are not finite numbers. */
  get invalid(): number {
    return this.#invalid.reduce((sum, pictures) => sum + pictures, 0);
  }

  /** Number of pictures that are classified correctly. */
  get correct(): number {
    return this.#correct;
  }

  /** Share of pictures whose class has the highest score, 0 to 1; 0 if there are no pictures. */
  get top1(): number {
    return this.#pictures && this.#correct / this.#pictures;
  }

  /** Share of pictures whose class is among the five highest scores, 0 to 1. */
  get top5(): number {
    return this.#pictures && this.#topFive / this.#pictures;
  }

  /** Expected calibration error over `CALIBRATION_BINS` bins, 0 to 1. */
  get calibrationError(): number {
    return this.#calibration.error();
  }

  /** Returns the statistics of all calibration bins. */
  calibrationBins(): CalibrationBin[] {
    return this.#calibration.bins();
  }

  /** Returns the number of pictures of class `actual` that are predicted as `predicted`. */
  count(actual: number, predicted: number): number {
    return this.#confusion[actual * this.classes + predicted] as number;
  }

  /** Returns the results of all classes, in order. */
  perClass(): ClassResult[] {
    return Array.from({ length: this.classes }, (_, index) => {
      const row = this.#confusion.subarray(index * this.classes, (index + 1) * this.classes);
      const predicted = row.reduce((sum, value) => sum + value, 0);
      return { index, pictures: predicted + (this.#invalid[index] as number), correct: row[index] as number };
    });
  }

  /** Returns the most confused pairs of classes, by number of pictures, then by class. */
  confusedPairs(maxCount: number): ConfusedPair[] {
    return this.#cells()
      .filter(({ actual, predicted }) => actual !== predicted)
      .sort((a, b) => b.pictures - a.pictures)
      .slice(0, maxCount);
  }

  #expectClass(actual: number): void {
    if (Number.isInteger(actual) && actual >= 0 && actual < this.classes) return;
    throw new HwgqError(
      'unknown-class',
      `A picture has label ${actual}; the model has classes 0 to ${this.classes - 1}. Use a model that was trained for this data set.`,
      { classes: String(actual) },
    );
  }

  #countInvalid(actual: number, pictures: number): void {
    this.#invalid[actual] = (this.#invalid[actual] as number) + pictures;
    this.#pictures += pictures;
  }

  /** Returns the cells of the confusion matrix that are not 0, row by row. */
  #cells(): ConfusedPair[] {
    const cells: ConfusedPair[] = [];
    for (const [cell, pictures] of this.#confusion.entries()) {
      if (pictures === 0) continue;
      cells.push({ actual: Math.floor(cell / this.classes), predicted: cell % this.classes, pictures });
    }
    return cells;
  }

  #count(actual: number, predicted: number, pictures: number): void {
    const cell = actual * this.classes + predicted;
    this.#confusion[cell] = (this.#confusion[cell] as number) + pictures;
    this.#pictures += pictures;
    if (actual === predicted) this.#correct += pictures;
  }
}
