/** float32 holds every integer up to this magnitude. */
const LARGEST_EXACT = 2 ** 24;

/**
 * Returns how many consecutive terms of a sum of products can be added up in float32 without rounding, wherever they
 * begin: all of them, or at least one.
 * @param weights the largest |weight| that each term multiplies, or Σ |weight| if a term has several products. Integers.
 * @param largestInput the largest magnitude of an input, an integer.
 */
export function exactTerms(weights: ArrayLike<number>, largestInput: number): number {
  const limit = LARGEST_EXACT / largestInput;
  let shortest = weights.length;
  let first = 0;
  let sum = 0;
  for (let end = 0; end < weights.length; end++) {
    sum += Math.abs(weights[end] as number);
    while (sum > limit) {
      // The terms from `first` to `end` are too many.
      shortest = Math.min(shortest, end - first);
      sum -= Math.abs(weights[first++] as number);
    }
  }
  return Math.max(1, shortest);
}
