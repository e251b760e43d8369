import { HwgqError } from '../../errors.ts';
import { Calibration, type CalibrationBin } from './calibration.ts';

/** How the pictures of one class fared. */
export interface ClassResult {
  readonly index: number;
  readonly pictures: number;
  /** How many of them are named rightly. */
  readonly right: number;
}

/** Pictures of one class that were named another. */
export interface ConfusedPair {
  readonly actual: number;
  readonly predicted: number;
  readonly pictures: number;
}

const TOP = 5;

/** Gathers what a network made of pictures whose classes are known. Classes are places among the network's scores. */
export class Evaluation {
  readonly #confusion: Uint32Array;
  readonly #calibration = new Calibration();
  #pictures = 0;
  #right = 0;
  #amongTop = 0;

  constructor(readonly classes: number) {
    this.#confusion = new Uint32Array(classes * classes);
  }

  /**
   * Adds one picture. Of equal scores the first one counts as the higher.
   * @param actual the class it truly belongs to.
   * @param scores probabilities of all classes.
   * @returns the class of the highest score.
   * @throws HwgqError `unknown-class` where there is no such class, `shape-mismatch` where scores are missing.
   */
  add(actual: number, scores: ArrayLike<number>): number {
    if (!(Number.isInteger(actual) && actual >= 0 && actual < this.classes)) {
      throw new HwgqError(
        'unknown-class',
        `A picture has label ${actual}; the model's classes are 0 to ${this.classes - 1}. Is it the right model for this data set?`,
        { classes: String(actual) },
      );
    }
    if (scores.length !== this.classes) {
      throw new HwgqError('shape-mismatch', `There are ${scores.length} scores for ${this.classes} classes.`);
    }
    const own = scores[actual] as number;
    let predicted = 0;
    let rank = 0;
    for (let index = 0; index < this.classes; index++) {
      const score = scores[index] as number;
      if (score > (scores[predicted] as number)) predicted = index;
      if (score > own || (score === own && index < actual)) rank++;
    }
    const cell = actual * this.classes + predicted;
    this.#confusion[cell] = (this.#confusion[cell] as number) + 1;
    this.#calibration.add(scores[predicted] as number, predicted === actual);
    this.#pictures++;
    if (rank === 0) this.#right++;
    if (rank < TOP) this.#amongTop++;
    return predicted;
  }

  get pictures(): number {
    return this.#pictures;
  }

  /** How many are named rightly. */
  get right(): number {
    return this.#right;
  }

  /** Share of pictures whose class has the highest score, 0 to 1; 0 where there are no pictures. */
  get top1(): number {
    return this.#pictures && this.#right / this.#pictures;
  }

  /** Share of pictures whose class is among the five highest scores. */
  get top5(): number {
    return this.#pictures && this.#amongTop / this.#pictures;
  }

  /** The expected calibration error over `CALIBRATION_BINS` bins. */
  get calibrationError(): number {
    return this.#calibration.error();
  }

  calibrationBins(): CalibrationBin[] {
    return this.#calibration.bins();
  }

  /** How many pictures of one class were named another, or itself. */
  count(actual: number, predicted: number): number {
    return this.#confusion[actual * this.classes + predicted] as number;
  }

  /** For each class, in order, how its pictures fared. */
  perClass(): ClassResult[] {
    return Array.from({ length: this.classes }, (_, index) => {
      const row = this.#confusion.subarray(index * this.classes, (index + 1) * this.classes);
      return { index, pictures: row.reduce((sum, value) => sum + value, 0), right: row[index] as number };
    });
  }

  /** The most confused pairs, most pictures first, then by class. */
  confusedPairs(most: number): ConfusedPair[] {
    const pairs: ConfusedPair[] = [];
    for (const [cell, pictures] of this.#confusion.entries()) {
      const actual = Math.floor(cell / this.classes);
      const predicted = cell % this.classes;
      if (pictures > 0 && actual !== predicted) pairs.push({ actual, predicted, pictures });
    }
    return pairs.sort((a, b) => b.pictures - a.pictures).slice(0, most);
  }
}
