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

/**
 * Measures how well scores match the probability of a correct prediction. The expected calibration error is the mean
 * over all pictures of |accuracy − confidence| of the bin that a picture falls into (Guo, Pleiss, Sun, Weinberger, "On
 * Calibration of Modern Neural Networks", ICML 2017, eq. 3).
 */
export class Calibration {
  readonly #pictures = new Uint32Array(CALIBRATION_BINS);
  readonly #correct = new Uint32Array(CALIBRATION_BINS);
  readonly #confidence = new Float64Array(CALIBRATION_BINS);

  /**
   * Adds one picture.
   * @param confidence the highest score, above 0 and at most 1.
   */
  add(confidence: number, isCorrect: boolean): void {
    const bin = Math.max(0, Math.min(CALIBRATION_BINS, Math.ceil(confidence * CALIBRATION_BINS)) - 1);
    this.#pictures[bin] = (this.#pictures[bin] as number) + 1;
    this.#correct[bin] = (this.#correct[bin] as number) + Number(isCorrect);
    this.#confidence[bin] = (this.#confidence[bin] as number) + confidence;
  }

  /** Returns the statistics of all bins, lowest scores first. */
  bins(): CalibrationBin[] {
    return Array.from(this.#pictures, (pictures, bin) => ({
      from: bin / CALIBRATION_BINS,
      to: (bin + 1) / CALIBRATION_BINS,
      pictures,
      accuracy: pictures && (this.#correct[bin] as number) / pictures,
      confidence: pictures && (this.#confidence[bin] as number) / pictures,
    }));
  }

  /** Returns the expected calibration error, 0 to 1; 0 if there are no pictures. */
  error(): number {
    const total = this.#pictures.reduce((sum, pictures) => sum + pictures, 0);
    const gaps = this.bins().map(({ pictures, accuracy, confidence }) => pictures * Math.abs(accuracy - confidence));
    return total && gaps.reduce((sum, gap) => sum + gap, 0) / total;
  }
}
