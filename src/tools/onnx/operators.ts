import type { Pair } from '../../graph/graph.ts';
import type { ChwShape } from '../../graph/shapes.ts';
import type { Attributes, GraphWriter } from './graph-writer.ts';

/** The geometry of a pooling's windows. */
export interface Windows {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly pad: Pair;
}

/** The geometry of a convolution's windows. */
export interface ConvolutionWindows extends Windows {
  readonly dilation: Pair;
  readonly group: number;
}

/** Adds a constant with one number for each channel, to be combined with [batch, channels, height, width]. */
export function perChannel(
  writer: GraphWriter,
  layer: string,
  role: string,
  values: Float32Array | Float64Array,
): string {
  return writer.constant(layer, role, values, [1, values.length, 1, 1]);
}

export function scalar(writer: GraphWriter, layer: string, role: string, value: number): string {
  return writer.constant(layer, role, Float32Array.of(value), []);
}

/**
 * Adds constant · value, or constant + value. The constant comes first, because onnxruntime folds one that comes second
 * into the weights or the bias of the previous convolution. Its sums are then rounded, because they are no longer
 * integers.
 */
export function withConstant(
  writer: GraphWriter,
  layer: string,
  operator: 'Mul' | 'Add',
  constant: string,
  value: string,
): string {
  return writer.node(layer, operator, [constant, value]);
}

/** Adds a node that gives a value another shape. */
export function reshape(writer: GraphWriter, layer: string, input: string, dimensions: readonly number[]): string {
  const shape = writer.constant(layer, 'shape', BigInt64Array.from(dimensions, BigInt), [dimensions.length]);
  return writer.node(layer, 'Reshape', [input, shape]);
}

/** Returns the attributes of `Conv`, which rounds the size of its output down, as Caffe does. */
export function convolutionAttributes({ kernel, stride, pad, dilation, group }: ConvolutionWindows): Attributes {
  return { kernel_shape: kernel, strides: stride, pads: [...pad, ...pad], dilations: dilation, group };
}

/** Adds a max-pooling, which ignores padding. */
export function maxPooling(
  writer: GraphWriter,
  layer: string,
  value: string,
  windows: Windows,
  input: ChwShape,
  output: ChwShape,
): string {
  return writer.node(layer, 'MaxPool', [value], poolingAttributes(windows, input, output));
}

/**
 * Adds an average pooling. If padding is included, ONNX divides by the size of the whole window, Caffe by that of the
 * window clipped to the padded image. A factor corrects windows that extend beyond the end of the padded image.
 */
export function averagePooling(
  writer: GraphWriter,
  layer: string,
  value: string,
  windows: Windows,
  input: ChwShape,
  output: ChwShape,
): string {
  const attributes = { ...poolingAttributes(windows, input, output), count_include_pad: 1 };
  const averages = writer.node(layer, 'AveragePool', [value], attributes);
  const rows = clipping(windows, 0, input.height, output.height);
  const columns = clipping(windows, 1, input.width, output.width);
  const factors = Float32Array.from(rows.flatMap((row) => columns.map((column) => row * column)));
  if (factors.every((factor) => factor === 1)) return averages;
  const clipped = writer.constant(layer, 'clipping', factors, [1, 1, rows.length, columns.length]);
  return writer.node(layer, 'Mul', [averages, clipped]);
}

/** Combines values from left to right. */
export function eltwise(
  writer: GraphWriter,
  layer: string,
  operation: 'sum' | 'product' | 'max',
  values: readonly string[],
  coefficients: readonly number[] = [],
): string {
  const operator = { sum: 'Add', product: 'Mul', max: 'Max' }[operation];
  return values
    .map((value, index) => {
      const coefficient = coefficients[index] ?? 1;
      if (operation !== 'sum' || coefficient === 1) return value;
      return withConstant(writer, layer, 'Mul', scalar(writer, layer, 'coefficient', coefficient), value);
    })
    .reduce((first, second) => writer.node(layer, operator, [first, second]));
}

/** Adds a leaky ReLU: x if x > 0, otherwise x · negativeSlope. */
export function leakyRelu(writer: GraphWriter, layer: string, value: string, negativeSlope: number): string {
  if (negativeSlope === 1) return value;
  if (negativeSlope === 0) return writer.node(layer, 'Relu', [value]);
  return writer.node(layer, 'LeakyRelu', [value], { alpha: { float: negativeSlope } });
}

/**
 * Adds local response normalization across channels, composed of simple operators. onnxruntime's `LRN` keeps a running
 * sum, which has a visible rounding error after a large value has left the window.
 */
export function responseNormalization(
  writer: GraphWriter,
  layer: string,
  value: string,
  {
    size,
    alpha,
    beta,
    k,
  }: { readonly size: number; readonly alpha: number; readonly beta: number; readonly k: number },
  batch: number,
  { channels, height, width }: ChwShape,
): string {
  const constant = (role: string, number: number) => scalar(writer, layer, role, number);
  const squares = writer.node(layer, 'Mul', [value, value]);
  const rows = reshape(writer, layer, squares, [batch, 1, channels, height * width]);
  const reach = (size - 1) / 2;
  const means = writer.node(layer, 'AveragePool', [rows], {
    kernel_shape: [size, 1],
    pads: [reach, 0, reach, 0],
    count_include_pad: 1,
  });
  const energies = reshape(writer, layer, means, [batch, channels, height, width]);
  const weighted = writer.node(layer, 'Mul', [energies, constant('alpha', alpha)]);
  const sums = writer.node(layer, 'Add', [weighted, constant('k', k)]);
  return writer.node(layer, 'Div', [value, writer.node(layer, 'Pow', [sums, constant('beta', beta)])]);
}

/** Pads the ends so that rounding down leads to Caffe's number of windows, since runtimes differ in `ceil_mode`. */
function poolingAttributes({ kernel, stride, pad }: Windows, input: ChwShape, output: ChwShape): Attributes {
  const ends = endPadding({ kernel, stride, pad }, input, output);
  return { kernel_shape: kernel, strides: stride, pads: [...pad, ...ends] };
}

/** Returns the padding at the ends of both axes that the windows of a pooling extend into. */
export function endPadding({ kernel, stride, pad }: Windows, input: ChwShape, output: ChwShape): Pair {
  const end = (axis: 0 | 1, size: number, count: number) =>
    Math.max(0, (count - 1) * stride[axis] + kernel[axis] - size - pad[axis]);
  return [end(0, input.height, output.height), end(1, input.width, output.width)];
}

/** Returns, for each window along one axis, its length divided by the length of its part in the padded image. */
function clipping({ kernel, stride, pad }: Windows, axis: 0 | 1, size: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const start = index * stride[axis] - pad[axis];
    return kernel[axis] / (Math.min(start + kernel[axis], size + pad[axis]) - start);
  });
}
