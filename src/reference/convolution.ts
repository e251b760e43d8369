import type { ConvolutionLayer, InnerProductLayer } from '../graph/graph.ts';
import { convolutionOutput, type Planes } from '../graph/shapes.ts';
import { filterScales, filterValues } from '../graph/weights.ts';

/** Float64 convolution, planar: Σ weight · input, then the filter's scale once, then the bias; padding is 0. */
export function convolve(layer: ConvolutionLayer, input: Float64Array, shape: Planes): Float64Array {
  const output = convolutionOutput(layer, shape);
  const area = output.height * output.width;
  const result = new Float64Array(layer.outputs * area);
  const scales = filterScales(layer.weights, layer.outputs);
  const groupInputs = shape.channels / layer.group;
  const groupOutputs = layer.outputs / layer.group;
  for (let channel = 0; channel < layer.outputs; channel++) {
    const filter = filterValues(layer.weights, layer.outputs, channel);
    const sums = result.subarray(channel * area, (channel + 1) * area);
    const firstInput = Math.floor(channel / groupOutputs) * groupInputs;
    addFilter(layer, filter, input, firstInput, shape, sums, output);
    const scale = scales[channel] as number;
    const bias = layer.bias?.[channel] ?? 0;
    for (let place = 0; place < area; place++) sums[place] = (sums[place] as number) * scale + bias;
  }
  return result;
}

function addFilter(
  { kernel, stride, pad, dilation }: ConvolutionLayer,
  filter: Float64Array,
  input: Float64Array,
  firstInput: number,
  shape: Planes,
  sums: Float64Array,
  output: Planes,
): void {
  const inputs = filter.length / (kernel[0] * kernel[1]);
  for (let index = 0; index < filter.length; index++) {
    const column = index % kernel[1];
    const row = Math.floor(index / kernel[1]) % kernel[0];
    const plane = firstInput + (Math.floor(index / (kernel[0] * kernel[1])) % inputs);
    const weight = filter[index] as number;
    const offsetY = row * dilation[0] - pad[0];
    const offsetX = column * dilation[1] - pad[1];
    const [firstY, endY] = insideRange(offsetY, stride[0], shape.height, output.height);
    const [firstX, endX] = insideRange(offsetX, stride[1], shape.width, output.width);
    for (let y = firstY; y < endY; y++) {
      let from = (plane * shape.height + y * stride[0] + offsetY) * shape.width + firstX * stride[1] + offsetX;
      const row0 = y * output.width;
      for (let x = firstX; x < endX; x++) {
        sums[row0 + x] = (sums[row0 + x] as number) + weight * (input[from] as number);
        from += stride[1];
      }
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
