/** The most that a backend can do on this machine, measured by loops that do nothing else. */
export interface Peaks {
  /** Multiply-adds a second of 1-bit weights and 2-bit activations. */
  readonly binary: number;
  /** Multiply-adds a second of whole numbers, as in first layers. */
  readonly integer: number;
  /** Bytes a second read from memory. */
  readonly bandwidth: number;
}

/** Trials of each loop, the best of which counts: a peak is what can be reached at all. */
export const TRIALS = 5;
