import { HwgqError } from '../errors.ts';
import type { ConvolutionLayer, Graph, Layer, PoolingLayer, Shape } from './graph.ts';

/** The shape of a feature map, which convolution and pooling read. */
export interface ChwShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Returns the number of elements in a tensor of a shape. */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Returns a shape as channels, height and width. A vector is one pixel of many channels. */
export function asChwShape(shape: Shape): ChwShape {
  return { channels: shape[0] ?? 1, height: shape[1] ?? 1, width: shape[2] ?? 1 };
}

/** Returns the output size of a convolution along one axis (Caffe `ConvolutionLayer::compute_output_shape`). */
export function convolvedSize(size: number, kernel: number, stride: number, pad: number, dilation: number): number {
  return Math.floor((size + 2 * pad - (dilation * (kernel - 1) + 1)) / stride) + 1;
}

/**
 * Returns the output size of a pooling along one axis (Caffe `PoolingLayer::Reshape`). It is rounded up, unless the layer
 * rounds down. A last window that would start in the padding is dropped, as in Caffe only if the layer has padding on
 * some axis.
 */
function pooledSize({ stride, pad, rounding }: PoolingLayer, axis: 0 | 1, size: number, kernel: number): number {
  const round = rounding === 'down' ? Math.floor : Math.ceil;
  const pooled = round((size + 2 * pad[axis] - kernel) / stride[axis]) + 1;
  const anyPad = pad[0] !== 0 || pad[1] !== 0;
  return anyPad && (pooled - 1) * stride[axis] >= size + pad[axis] ? pooled - 1 : pooled;
}

/** Returns the kernel and the output of a pooling layer. The kernel of a global pooling has the size of the input. */
export function poolingGeometry(
  layer: PoolingLayer,
  input: ChwShape,
): { kernel: readonly [number, number]; output: ChwShape } {
  const kernel = layer.kernel ?? ([input.height, input.width] as const);
  return {
    kernel: [kernel[0], kernel[1]],
    output: {
      channels: input.channels,
      height: pooledSize(layer, 0, input.height, kernel[0]),
      width: pooledSize(layer, 1, input.width, kernel[1]),
    },
  };
}

/** Returns the output of a convolution. */
export function convolutionOutput(layer: ConvolutionLayer, input: ChwShape): ChwShape {
  const { kernel, stride, pad, dilation } = layer;
  return {
    channels: layer.outputs,
    height: convolvedSize(input.height, kernel[0], stride[0], pad[0], dilation[0]),
    width: convolvedSize(input.width, kernel[1], stride[1], pad[1], dilation[1]),
  };
}

/**
 * Returns the shape of every value in a graph, by the name of the layer that computes it or of the input.
 * Checks that each layer reads values computed before it and that the shapes match.
 * @throws HwgqError `invalid-graph` or `shape-mismatch`, naming the layer.
 */
export function inferShapes(graph: Graph): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>([[graph.input.name, graph.input.shape]]);
  for (const layer of graph.layers) addShape(shapes, layer);
  return shapes;
}

/**
 * Adds the shape of a layer's value to the shapes of the values before it.
 * @throws HwgqError `invalid-graph` or `shape-mismatch`, naming the layer.
 */
export function addShape(shapes: Map<string, Shape>, layer: Layer): void {
  const inputs = layer.inputs.map((name) => {
    const shape = shapes.get(name);
    if (shape) return shape;
    throw new HwgqError(
      'invalid-graph',
      `Layer '${layer.name}' reads '${name}', which no earlier layer computes. Correct the name or the order of the layers.`,
      { layer: layer.name },
    );
  });
  if (shapes.has(layer.name)) {
    throw new HwgqError('invalid-graph', `Two layers have the name '${layer.name}'. Give each layer a unique name.`, {
      layer: layer.name,
    });
  }
  const shape = layerShape(layer, inputs);
  if (shape.some((size) => !(size >= 1))) {
    mismatch(layer, `its output would be ${describe(shape)}: the input ${describe(inputs[0] ?? [])} is too small`);
  }
  shapes.set(layer.name, shape);
}

function layerShape(layer: Layer, inputs: readonly Shape[]): Shape {
  const first = inputs[0];
  if (!first) return mismatch(layer, 'it has no input');
  const hasManyInputs = layer.type === 'eltwise' || layer.type === 'concat';
  if (!hasManyInputs && inputs.length !== 1) mismatch(layer, `it accepts one input and has ${inputs.length}`);
  switch (layer.type) {
    case 'convolution': {
      const { channels, height, width } = convolutionOutput(layer, asChwShape(first));
      const { group, outputs } = layer;
      if (asChwShape(first).channels % group || outputs % group) {
        mismatch(layer, `group ${group} must divide its ${asChwShape(first).channels} inputs and ${outputs} outputs`);
      }
      return [channels, height, width];
    }
    case 'pooling': {
      const { pad } = layer;
      const { kernel, output } = poolingGeometry(layer, asChwShape(first));
      const { channels, height, width } = output;
      if (pad[0] >= kernel[0] || pad[1] >= kernel[1]) {
        mismatch(layer, `its padding ${describe(pad)} must be smaller than its kernel ${describe(kernel)}`);
      }
      const { height: inputHeight, width: inputWidth } = asChwShape(first);
      const isOutside = (count: number, axis: 0 | 1, size: number) =>
        (count - 1) * layer.stride[axis] - pad[axis] >= size;
      if (isOutside(height, 0, inputHeight) || isOutside(width, 1, inputWidth)) {
        mismatch(layer, `its last window lies outside its input ${describe(first)}: its stride exceeds its kernel`);
      }
      return [channels, height, width];
    }
    case 'innerProduct':
      return [layer.outputs];
    case 'reshape':
      if (elementCount(layer.shape) !== elementCount(first)) {
        mismatch(layer, `it cannot reshape ${describe(first)} to ${describe(layer.shape)}`);
      }
      return layer.shape;
    case 'eltwise':
      for (const other of inputs) {
        if (describe(other) !== describe(first))
          mismatch(layer, `its inputs ${describe(first)} and ${describe(other)} must have the same shape`);
      }
      if (layer.coefficients && layer.coefficients.length !== inputs.length) {
        mismatch(layer, `it has ${inputs.length} inputs and ${layer.coefficients.length} coefficients`);
      }
      return first;
    case 'concat': {
      for (const other of inputs) {
        if (describe(other.slice(1)) !== describe(first.slice(1))) {
          mismatch(layer, `its inputs ${describe(first)} and ${describe(other)} may differ only in their channels`);
        }
      }
      return [inputs.reduce((sum, shape) => sum + asChwShape(shape).channels, 0), ...first.slice(1)];
    }
    default:
      return first;
  }
}

function describe(shape: Shape): string {
  return shape.join('×') || 'an empty shape';
}

function mismatch(layer: Layer, problem: string): never {
  throw new HwgqError('shape-mismatch', `Layer '${layer.name}' (${layer.type}): ${problem}.`, { layer: layer.name });
}
