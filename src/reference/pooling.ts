import type { PoolingLayer } from '../graph/graph.ts';
import { type ChwShape, poolingGeometry } from '../graph/shapes.ts';

/**
 * Computes a pooling in float64, planar. Max pooling ignores the padding. Average pooling divides by the area of the
 * window, clipped to the padded image.
 */
export function pool(layer: PoolingLayer, input: Float64Array, shape: ChwShape): Float64Array {
  const { kernel, output } = poolingGeometry(layer, shape);
  const [strideY, strideX] = layer.stride;
  const [padY, padX] = layer.pad;
  const result = new Float64Array(output.channels * output.height * output.width);
  let index = 0;
  for (let channel = 0; channel < output.channels; channel++) {
    const plane = input.subarray(channel * shape.height * shape.width, (channel + 1) * shape.height * shape.width);
    for (let y = 0; y < output.height; y++) {
      for (let x = 0; x < output.width; x++) {
        const top = y * strideY - padY;
        const left = x * strideX - padX;
        const paddedBottom = Math.min(top + kernel[0], shape.height + padY);
        const paddedRight = Math.min(left + kernel[1], shape.width + padX);
        let sum = 0;
        let largest = Number.NEGATIVE_INFINITY;
        for (let row = Math.max(top, 0); row < Math.min(paddedBottom, shape.height); row++) {
          for (let column = Math.max(left, 0); column < Math.min(paddedRight, shape.width); column++) {
            const value = plane[row * shape.width + column] as number;
            sum += value;
            largest = Math.max(largest, value);
          }
        }
        result[index++] = layer.method === 'max' ? largest : sum / ((paddedBottom - top) * (paddedRight - left));
      }
    }
  }
  return result;
}
