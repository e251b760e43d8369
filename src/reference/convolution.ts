import type { ConvolutionLayer, InnerProductLayer } from '../graph/graph.ts';
import { type ChwShape, convolutionOutput } from '../graph/shapes.ts';
import { filterScales, filterValues } from '../graph/weights.ts';

/** Values that a band of columns holds at the most, unless one row of outputs needs more. */
const BAND_VALUES = 2 ** 18;

/** Float64 convolution, planar: Σ weight · input, then the filter's scale once, then the bias; padding is 0. */
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
      const columns = toColumns(layer, input, group * groupInputs, groupInputs, shape, output.width, top, rows);
      for (let channel = group * groupOutputs; channel < (group + 1) * groupOutputs; channel++) {
        const start = channel * area + top * output.width;
        const sums = result.subarray(start, start + rows * output.width);
        addFilter(filters[channel] as Float64Array, columns, sums);
        const scale = scales[channel] as number;
        const bias = layer.bias?.[channel] ?? 0;
        for (let place = 0; place < sums.length; place++) sums[place] = (sums[place] as number) * scale + bias;
      }
    }
  }
  return result;
}

/** The input that each tap of a filter meets at each output of some rows, [tap][output], 0 in the padding. */
function toColumns(
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

/** Adds weight · column of each tap to the sums, tap after tap; four at a time, since memory is what takes long. */
function addFilter(filter: Float64Array, columns: Float64Array, sums: Float64Array): void {
  const { length } = sums;
  const whole = filter.length - (filter.length % 4);
  for (let tap = 0; tap < whole; tap += 4) {
    const first = filter[tap] as number;
    const second = filter[tap + 1] as number;
    const third = filter[tap + 2] as number;
    const fourth = filter[tap + 3] as number;
    const start = tap * length;
    for (let place = 0; place < length; place++) {
      const at = start + place;
      let sum = sums[place] as number;
      sum += first * (columns[at] as number);
      sum += second * (columns[at + length] as number);
      sum += third * (columns[at + 2 * length] as number);
      sum += fourth * (columns[at + 3 * length] as number);
      sums[place] = sum;
    }
  }
  for (let tap = whole; tap < filter.length; tap++) {
    const weight = filter[tap] as number;
    const start = tap * length;
    for (let place = 0; place < length; place++) {
      sums[place] = (sums[place] as number) + weight * (columns[start + place] as number);
    }
  }
}

/** Which outputs along one axis have their tap on the image. */
function insideRange(offset: number, stride: number, size: number, outputs: number): [first: number, end: number] {
  const first = Math.max(0, Math.ceil(-offset / stride));
  const end = Math.min(outputs, Math.floor((size - 1 - offset) / stride) + 1);
  return [first, end];
}

/** Float64 fully connected layer. */
export function innerProduct(layer: InnerProductLayer, input: Float64Array): Float64Array {
  const scales = filterScales(layer.weights, layer.outputs);
  return Float64Array.from({ length: layer.outputs }, (_, output) => {
    const filter = filterValues(layer.weights, layer.outputs, output);
    let sum = 0;
    for (let index = 0; index < filter.length; index++) sum += (filter[index] as number) * (input[index] as number);
    return sum * (scales[output] as number) + (layer.bias?.[output] ?? 0);
  });
}
