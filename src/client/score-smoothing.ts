interface TimedScores {
  readonly scores: Float32Array;
  readonly time: number;
}

/** Smooths scores exponentially over time: after the time constant, 63% of a change has reached the result. */
export class ScoreSmoothing {
  readonly #timeConstant: number;
  #latest: TimedScores | undefined;

  /** @param timeConstant In milliseconds; 0 leaves scores unchanged. */
  constructor(timeConstant: number) {
    this.#timeConstant = timeConstant;
  }

  /**
   * Adds scores and returns the smoothed ones.
   * @param time In milliseconds, not before the time of the last call.
   */
  next(scores: Float32Array, time: number): Float32Array {
    const smoothed = this.#timeConstant > 0 && this.#latest ? this.#blend(this.#latest, scores, time) : scores;
    this.#latest = { scores: smoothed, time };
    return smoothed;
  }

  /** Forgets all scores, so that the next ones are returned unchanged. */
  reset(): void {
    this.#latest = undefined;
  }

  #blend(latest: TimedScores, scores: Float32Array, time: number): Float32Array {
    const weight = 1 - Math.exp(-(time - latest.time) / this.#timeConstant);
    return scores.map((score, index) => score * weight + (latest.scores[index] as number) * (1 - weight));
  }
}
