/** Number of bins of equal width for the expected calibration error, as in Guo et al., 2017. */
export const CALIBRATION_BINS = 15;

/** Statistics of the pictures whose highest score lies in one range. */
export interface CalibrationBin {
  /** Lower bound of the scores, exclusive. */
  readonly from: number;
  /** Upper bound of the scores, inclusive. */
  readonly to: number;
  readonly pictures: number;
  /** Share of these pictures that are classified correctly, 0 to 1; 0 if there are none. */
  readonly accuracy: number;
  /** Mean of their highest scores, 0 to 1; 0 if there are none. */
  readonly confidence: number;
}

/** The content of a `Calibration` as plain data: one value per bin, lowest scores first. */
export interface CalibrationCounts {
  readonly pictures: readonly number[];
  readonly correct: readonly number[];
  /** Sums of the highest scores, in units of 2^-52, as decimal integers. */
  readonly confidence: readonly string[];
}

/**
 * Scores are summed as integers in units of 2^-52, which are exact for float32 scores of at least 2^-29. Sums of integers
 * depend neither on the order of the pictures nor on how they are split into parts.
 */
const UNITS_PER_SCORE = 2 ** 52;

/**
 * Measures how well scores match the probability of a correct prediction. The expected calibration error is the mean
 * over all pictures of |accuracy − confidence| of the bin that a picture falls into (Guo, Pleiss, Sun, Weinberger, "On
 * Calibration of Modern Neural Networks", ICML 2017, eq. 3).
 */
export class Calibration {
  readonly #pictures = new Uint32Array(CALIBRATION_BINS);
  readonly #correct = new Uint32Array(CALIBRATION_BINS);
  readonly #confidence = new Array<bigint>(CALIBRATION_BINS).fill(0n);

  /**
   * Adds one picture.
   * @param confidence the highest score, above 0 and at most 1.
   */
  add(confidence: number, isCorrect: boolean): void {
    // A network whose weights are not finite has such scores. They belong to no bin.
    if (Number.isNaN(confidence)) return;
    const bin = Math.max(0, Math.min(CALIBRATION_BINS, Math.ceil(confidence * CALIBRATION_BINS)) - 1);
    this.#increase(bin, 1, Number(isCorrect), BigInt(Math.round(confidence * UNITS_PER_SCORE)));
  }

  /** Returns the content as plain data. */
  counts(): CalibrationCounts {
    return { pictures: [...this.#pictures], correct: [...this.#correct], confidence: this.#confidence.map(String) };
  }

  /** Adds the pictures of another `Calibration`. */
  addCounts({ pictures, correct, confidence }: CalibrationCounts): void {
    for (const [bin, count] of pictures.entries()) {
      this.#increase(bin, count, correct[bin] as number, BigInt(confidence[bin] as string));
    }
  }

  /** Returns the statistics of all bins, lowest scores first. */
  bins(): CalibrationBin[] {
    return Array.from(this.#pictures, (pictures, bin) => ({
      from: bin / CALIBRATION_BINS,
      to: (bin + 1) / CALIBRATION_BINS,
      pictures,
      accuracy: pictures && (this.#correct[bin] as number) / pictures,
      confidence: pictures && Number(this.#confidence[bin]) / UNITS_PER_SCORE / pictures,
    }));
  }

  /** Returns the expected calibration error, 0 to 1; 0 if there are no pictures. */
  error(): number {
    const total = this.#pictures.reduce((sum, pictures) => sum + pictures, 0);
    const gaps = this.bins().map(({ pictures, accuracy, confidence }) => pictures * Math.abs(accuracy - confidence));
    return total && gaps.reduce((sum, gap) => sum + gap, 0) / total;
  }

  #increase(bin: number, pictures: number, correct: number, confidence: bigint): void {
    this.#pictures[bin] = (this.#pictures[bin] as number) + pictures;
    this.#correct[bin] = (this.#correct[bin] as number) + correct;
    this.#confidence[bin] = (this.#confidence[bin] as bigint) + confidence;
  }
}
