/** How features are shifted and scaled before a head is trained on them: z = (x − mean) · scale. */
export interface Standardization {
  readonly mean: Float64Array;
  /** 0 for a feature that is the same in all examples, and so tells nothing. */
  readonly scale: Float64Array;
}

/**
 * Shifts and scales that give each feature mean 0 and the same variance, and each example a squared length of about 1,
 * so that one weight decay suits networks with few features and with many.
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

/** Features as the standardization makes them. */
export function standardized(features: Float32Array, { mean, scale }: Standardization): Float64Array {
  return Float64Array.from(features, (value, feature) => (value - at(mean, feature)) * at(scale, feature));
}

function at(values: Float32Array | Float64Array, index: number): number {
  return values[index] as number;
}
