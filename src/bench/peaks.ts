/** Maximum rates of a backend on this machine, measured with loops that do nothing else. */
export interface Peaks {
  /** Multiply-adds per second with 1-bit weights and 2-bit activations. */
  readonly binary: number;
  /** Multiply-adds per second with integers, as in first layers. */
  readonly integer: number;
  /** Bytes per second read from memory. */
  readonly bandwidth: number;
}

/** Number of trials of each loop. The best one counts. */
export const TRIALS = 5;
