/** How many bins of equal width the expected calibration error is taken over, as in Guo et al. 2017. */
export const CALIBRATION_BINS = 15;

/** Pictures whose best score lies in one range. */
export interface CalibrationBin {
  /** Scores above `from`, up to and with `to`. */
  readonly from: number;
  readonly to: number;
  readonly pictures: number;
  /** Share of them that is named rightly; 0 where there are none. */
  readonly accuracy: number;
  /** Mean of their best scores; 0 where there are none. */
  readonly confidence: number;
}

/**
 * How far scores are from being probabilities of being right: the expected calibration error is the mean over all
 * pictures of |accuracy − confidence| of the bin that a picture falls into (Guo, Pleiss, Sun, Weinberger, "On
 * Calibration of Modern Neural Networks", ICML 2017, eq. 3).
 */
export class Calibration {
  readonly #pictures = new Uint32Array(CALIBRATION_BINS);
  readonly #right = new Uint32Array(CALIBRATION_BINS);
  readonly #confidence = new Float64Array(CALIBRATION_BINS);

  /** @param confidence the best score, above 0 and at most 1. */
  add(confidence: number, isRight: boolean): void {
    const bin = Math.max(0, Math.min(CALIBRATION_BINS, Math.ceil(confidence * CALIBRATION_BINS)) - 1);
    this.#pictures[bin] = (this.#pictures[bin] as number) + 1;
    this.#right[bin] = (this.#right[bin] as number) + Number(isRight);
    this.#confidence[bin] = (this.#confidence[bin] as number) + confidence;
  }

  bins(): CalibrationBin[] {
    return Array.from(this.#pictures, (pictures, bin) => ({
      from: bin / CALIBRATION_BINS,
      to: (bin + 1) / CALIBRATION_BINS,
      pictures,
      accuracy: pictures && (this.#right[bin] as number) / pictures,
      confidence: pictures && (this.#confidence[bin] as number) / pictures,
    }));
  }

  /** The expected calibration error, 0 to 1; 0 where there are no pictures. */
  error(): number {
    const total = this.#pictures.reduce((sum, pictures) => sum + pictures, 0);
    const gaps = this.bins().map(({ pictures, accuracy, confidence }) => pictures * Math.abs(accuracy - confidence));
    return total && gaps.reduce((sum, gap) => sum + gap, 0) / total;
  }
}
