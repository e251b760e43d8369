import type { BatchNormLayer } from './graph.ts';

/** The statistics of a batch normalization, float64: stored sums over their factor, and 0 where the factor is 0. */
export function batchNormStatistics({ meanSums, varianceSums, factor }: BatchNormLayer): {
  mean: Float64Array;
  variance: Float64Array;
} {
  const divided = (sums: Float32Array) => Float64Array.from(sums, (sum) => (factor === 0 ? 0 : sum / factor));
  return { mean: divided(meanSums), variance: divided(varianceSums) };
}
