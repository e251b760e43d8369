/** Standardization of features before a head is trained on them: z = (x − mean) · scale. */
export interface Standardization {
  readonly mean: Float64Array;
  /** 0 for a feature that is constant over all examples. */
  readonly scale: Float64Array;
}

/**
 * Returns the standardization that gives each feature mean 0 and the same variance. The squared norm of each example is
 * then about 1, so one weight decay suits networks with few features and with many.
 */
export function standardize(examples: readonly Float32Array[]): Standardization {
  const length = examples[0]?.length ?? 0;
  const mean = new Float64Array(length);
  const scale = new Float64Array(length);
  for (let feature = 0; feature < length; feature++) {
    for (const example of examples) mean[feature] = at(mean, feature) + at(example, feature) / examples.length;
    for (const example of examples) {
      scale[feature] = at(scale, feature) + (at(example, feature) - at(mean, feature)) ** 2 / examples.length;
    }
  }
  const varying = scale.filter((variance) => variance > 0).length;
  return { mean, scale: scale.map((variance) => (variance > 0 ? 1 / Math.sqrt(variance * varying) : 0)) };
}

/** Applies a standardization to the features of one example. */
export function standardized(features: Float32Array, { mean, scale }: Standardization): Float64Array {
  return Float64Array.from(features, (value, feature) => (value - at(mean, feature)) * at(scale, feature));
}

function at(values: Float32Array | Float64Array, index: number): number {
  return values[index] as number;
}
