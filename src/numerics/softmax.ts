/**
 * Computes the softmax over channels (Caffe's `Softmax`): the values of each pixel become positive and sum to 1.
 * @param values in CHW order.
 */
export function softmax(values: ArrayLike<number>, channels: number): Float64Array {
  const area = values.length / channels;
  const result = new Float64Array(values.length);
  for (let place = 0; place < area; place++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let index = place; index < values.length; index += area) largest = Math.max(largest, values[index] as number);
    let sum = 0;
    for (let index = place; index < values.length; index += area) {
      const power = Math.exp((values[index] as number) - largest);
      result[index] = power;
      sum += power;
    }
    for (let index = place; index < values.length; index += area) result[index] = (result[index] as number) / sum;
  }
  return result;
}
