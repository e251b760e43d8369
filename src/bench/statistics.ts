/** Summary of measured times, in milliseconds. */
export interface Summary {
  readonly count: number;
  readonly best: number;
  readonly p5: number;
  readonly median: number;
  readonly p95: number;
}

/**
 * Returns a quantile, interpolated linearly; NaN if there are no values.
 * @param share 0 to 1.
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? below;
  return below + (above - below) * (position - Math.floor(position));
}

/** Returns the median; NaN if there are no values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Summarizes times in milliseconds. */
export function summarize(values: readonly number[]): Summary {
  return {
    count: values.length,
    best: quantile(values, 0),
    p5: quantile(values, 0.05),
    median: median(values),
    p95: quantile(values, 0.95),
  };
}
