interface TimedScores {
  readonly scores: Float32Array;
  readonly time: number;
}

/** Smooths scores over time, exponentially: after the time constant, 63% of a change are in them. */
export class ScoreSmoothing {
  #latest: TimedScores | undefined;

  /** @param timeConstant in milliseconds; 0 leaves scores as they are. */
  constructor(private readonly timeConstant: number) {}

  /** @param time in milliseconds, not before the last one's. */
  next(scores: Float32Array, time: number): Float32Array {
    const smoothed = this.timeConstant > 0 && this.#latest ? this.#blend(this.#latest, scores, time) : scores;
    this.#latest = { scores: smoothed, time };
    return smoothed;
  }

  /** Forgets what was: the next scores stand for themselves. */
  reset(): void {
    this.#latest = undefined;
  }

  #blend(latest: TimedScores, scores: Float32Array, time: number): Float32Array {
    const weight = 1 - Math.exp(-(time - latest.time) / this.timeConstant);
    return scores.map((score, index) => score * weight + (latest.scores[index] as number) * (1 - weight));
  }
}
