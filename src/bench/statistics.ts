/** Times of one thing, in milliseconds. */
export interface Summary {
  readonly count: number;
  readonly best: number;
  readonly p5: number;
  readonly median: number;
  readonly p95: number;
}

/** The value below which a share of the values lies, interpolated between neighbours; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function summarize(values: readonly number[]): Summary {
  return {
    count: values.length,
    best: quantile(values, 0),
    p5: quantile(values, 0.05),
    median: median(values),
    p95: quantile(values, 0.95),
  };
}
