import type { ConvolutionLayer, InnerProductLayer } from '../graph/graph.ts';
import { type ChwShape, convolutionOutput } from '../graph/shapes.ts';
import { filterScales, filterValues } from '../graph/weights.ts';

/** Maximum number of values in the columns of a band. A band always has at least one output row. */
const BAND_VALUES = 2 ** 18;

/**
 * Computes a convolution in float64, planar: the sum of weight · input, times the filter's scale, plus the bias. Padding
 * is 0.
 */
export function convolve(layer: ConvolutionLayer, input: Float64Array, shape: ChwShape): Float64Array {
  const output = convolutionOutput(layer, shape);
  const area = output.height * output.width;
  const result = new Float64Array(layer.outputs * area);
  const scales = filterScales(layer.weights, layer.outputs);
  const filters = Array.from({ length: layer.outputs }, (_, channel) =>
    filterValues(layer.weights, layer.outputs, channel),
  );
  const groupInputs = shape.channels / layer.group;
  const groupOutputs = layer.outputs / layer.group;
  const taps = groupInputs * layer.kernel[0] * layer.kernel[1];
  const bandRows = Math.max(1, Math.floor(BAND_VALUES / (taps * output.width)));
  for (let group = 0; group < layer.group; group++) {
    for (let top = 0; top < output.height; top += bandRows) {
      const rows = Math.min(bandRows, output.height - top);
      const columns = im2col(layer, input, group * groupInputs, groupInputs, shape, output.width, top, rows);
      for (let channel = group * groupOutputs; channel < (group + 1) * groupOutputs; channel++) {
        const start = channel * area + top * output.width;
        const sums = result.subarray(start, start + rows * output.width);
        addFilter(filters[channel] as Float64Array, columns, sums);
        const scale = scales[channel] as number;
        const bias = layer.bias?.[channel] ?? 0;
        for (let index = 0; index < sums.length; index++) sums[index] = (sums[index] as number) * scale + bias;
      }
    }
  }
  return result;
}

/** Returns the input that each tap of a filter reads for each output of some rows, as [tap][output], 0 in the padding. */
function im2col(
  { kernel, stride, pad, dilation }: ConvolutionLayer,
  input: Float64Array,
  firstInput: number,
  inputs: number,
  shape: ChwShape,
  width: number,
  top: number,
  rows: number,
): Float64Array {
  const columns = new Float64Array(inputs * kernel[0] * kernel[1] * rows * width);
  let start = 0;
  for (let plane = firstInput; plane < firstInput + inputs; plane++) {
    for (let row = 0; row < kernel[0]; row++) {
      for (let column = 0; column < kernel[1]; column++) {
        const offset = column * dilation[1] - pad[1];
        const [first, end] = insideRange(offset, stride[1], shape.width, width);
        for (let y = top; y < top + rows; y++) {
          const inputY = y * stride[0] + row * dilation[0] - pad[0];
          const from = (plane * shape.height + inputY) * shape.width + offset;
          const isInside = inputY >= 0 && inputY < shape.height;
          for (let x = isInside ? first : end; x < end; x++) columns[start + x] = input[from + x * stride[1]] as number;
          start += width;
        }
      }
    }
  }
  return columns;
}

/** Adds weight · column of each tap to the sums, in the order of the taps. Four taps per pass save memory traffic. */
function addFilter(filter: Float64Array, columns: Float64Array, sums: Float64Array): void {
  const { length } = sums;
  const unrolled = filter.length - (filter.length % 4);
  for (let tap = 0; tap < unrolled; tap += 4) {
    const first = filter[tap] as number;
    const second = filter[tap + 1] as number;
    const third = filter[tap + 2] as number;
    const fourth = filter[tap + 3] as number;
    const start = tap * length;
    for (let output = 0; output < length; output++) {
      const at = start + output;
      let sum = sums[output] as number;
      sum += first * (columns[at] as number);
      sum += second * (columns[at + length] as number);
      sum += third * (columns[at + 2 * length] as number);
      sum += fourth * (columns[at + 3 * length] as number);
      sums[output] = sum;
    }
  }
  for (let tap = unrolled; tap < filter.length; tap++) {
    const weight = filter[tap] as number;
    const start = tap * length;
    for (let output = 0; output < length; output++) {
      sums[output] = (sums[output] as number) + weight * (columns[start + output] as number);
    }
  }
}

/** Returns the range of outputs along one axis whose tap lies on the image. */
function insideRange(offset: number, stride: number, size: number, outputs: number): [first: number, end: number] {
  const first = Math.max(0, Math.ceil(-offset / stride));
  const end = Math.min(outputs, Math.floor((size - 1 - offset) / stride) + 1);
  return [first, end];
}

/** Computes a fully connected layer in float64. */
export function innerProduct(layer: InnerProductLayer, input: Float64Array): Float64Array {
  const scales = filterScales(layer.weights, layer.outputs);
  return Float64Array.from({ length: layer.outputs }, (_, output) => {
    const filter = filterValues(layer.weights, layer.outputs, output);
    let sum = 0;
    for (let index = 0; index < filter.length; index++) sum += (filter[index] as number) * (input[index] as number);
    return sum * (scales[output] as number) + (layer.bias?.[output] ?? 0);
  });
}
