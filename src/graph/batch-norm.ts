import type { BatchNormLayer } from './graph.ts';

/** Returns the float64 statistics of a batch normalization: the stored sums divided by their factor, or 0 if it is 0. */
export function batchNormStatistics({ meanSums, varianceSums, factor }: BatchNormLayer): {
  mean: Float64Array;
  variance: Float64Array;
} {
  const divided = (sums: Float32Array) => Float64Array.from(sums, (sum) => (factor === 0 ? 0 : sum / factor));
  return { mean: divided(meanSums), variance: divided(varianceSums) };
}
