import { blobValue } from '../../graph/blobs.ts';
import type { PoolingLayer, ScaleLayer, Shape, WeightedLayer } from '../../graph/graph.ts';
import { scoresBlob } from '../../graph/scores.ts';
import { asChwShape, elementCount, inferShapes, poolingGeometry } from '../../graph/shapes.ts';
import { type Arithmetic, Float32Arithmetic } from './arithmetic.ts';
import { type FloatGraph, type FloatLayer, floatWeights } from './float-twin.ts';
import { type GraphOptions, requireComputed } from './graph-options.ts';
import { GraphWriter } from './graph-writer.ts';
import {
  averagePooling,
  convolutionAttributes,
  eltwise,
  leakyRelu,
  maxPooling,
  reshape,
  responseNormalization,
} from './operators.ts';

/**
 * Returns a float graph as ONNX, with one node for each layer.
 * @throws HwgqError `invalid-option` if a blob is unknown, requested twice or the input; the errors of `inferShapes`.
 */
export function floatGraph(graph: FloatGraph, options: GraphOptions = {}): GraphWriter {
  return writeFloatGraph(graph, options, (writer) => new Float32Arithmetic(writer));
}

/** Returns a float graph as ONNX in the given arithmetic. */
export function writeFloatGraph(
  graph: FloatGraph,
  { blobs = [scoresBlob(graph)], batch = 1 }: GraphOptions,
  arithmetic: (writer: GraphWriter) => Arithmetic,
): GraphWriter {
  requireComputed(graph, blobs);
  const writer = new GraphWriter(graph.name, [graph.input.name, ...blobs]);
  new LayerWriter(graph, writer, arithmetic(writer), batch).write(blobs);
  return writer;
}

class LayerWriter {
  readonly #shapes: ReadonlyMap<string, Shape>;
  /** The ONNX value that readers of each graph value use. */
  readonly #values = new Map<string, string>();
  readonly #graph: FloatGraph;
  readonly #writer: GraphWriter;
  readonly #arithmetic: Arithmetic;
  readonly #batch: number;

  constructor(graph: FloatGraph, writer: GraphWriter, arithmetic: Arithmetic, batch: number) {
    this.#graph = graph;
    this.#writer = writer;
    this.#arithmetic = arithmetic;
    this.#batch = batch;
    this.#shapes = inferShapes(graph);
  }

  write(blobs: readonly string[]): void {
    const outputs = new Map(blobs.map((blob) => [blobValue(this.#graph, blob), blob]));
    const needed = new Set(outputs.keys());
    for (const layer of this.#graph.layers.toReversed()) {
      if (needed.has(layer.name)) for (const input of layer.inputs) needed.add(input);
    }
    const { name, shape } = this.#graph.input;
    const input = this.#writer.input(name, [this.#batch, ...shape], 'Preprocessed images: floats.');
    this.#values.set(name, this.#arithmetic.activation(name, input));
    for (const layer of this.#graph.layers) {
      if (!needed.has(layer.name)) continue;
      const value = this.#layer(layer);
      const blob = outputs.get(layer.name);
      if (blob !== undefined) this.#writer.output(blob, value, this.#dimensions(layer.name));
      const isRead = this.#readers(layer.name).some((reader) => needed.has(reader.name));
      if (isRead) this.#values.set(layer.name, this.#isOnlyRectified(layer) ? value : this.#activation(layer, value));
    }
  }

  #layer(layer: FloatLayer): string {
    const writer = this.#writer;
    const { name } = layer;
    const values = layer.inputs.map((input) => this.#values.get(input) as string);
    const [value = ''] = values;
    const shape = this.#shape(layer.inputs[0] ?? '');
    switch (layer.type) {
      case 'convolution': {
        const inputs = asChwShape(shape).channels / layer.group;
        const operands = this.#operands(layer, [layer.outputs, inputs, ...layer.kernel]);
        return writer.node(name, 'Conv', [this.#toNchw(layer, value), ...operands], convolutionAttributes(layer));
      }
      case 'innerProduct': {
        const operands = this.#operands(layer, [layer.outputs, elementCount(shape)]);
        return writer.node(name, 'Gemm', [this.#flatten(layer, value), ...operands], { transB: 1 });
      }
      case 'pooling':
        return this.#pooling(layer, value);
      case 'scale':
        return this.#scale(layer, value);
      case 'relu':
        if (layer.negativeSlope === 0) return this.#arithmetic.halfWave(name, value);
        return leakyRelu(writer, name, value, layer.negativeSlope);
      case 'eltwise':
        return eltwise(writer, name, layer.operation, values, layer.coefficients);
      case 'concat':
        return writer.node(name, 'Concat', values, { axis: 1 });
      case 'lrn':
        return responseNormalization(writer, name, value, layer, this.#batch, asChwShape(shape));
      case 'softmax':
        return writer.node(name, 'Softmax', [value], { axis: 1 });
      case 'dropout':
        return value;
      case 'reshape':
        return reshape(writer, name, value, this.#dimensions(name));
    }
  }

  #operands(layer: WeightedLayer, dimensions: readonly number[]): readonly string[] {
    const { name, inputs, bias } = layer;
    const weights = layer.weights.form === 'float32' ? layer.weights.values : floatWeights(layer);
    return this.#arithmetic.operands({ layer: name, input: this.#rangeOf(inputs[0] ?? ''), weights, dimensions, bias });
  }

  #pooling(layer: PoolingLayer, value: string): string {
    const input = asChwShape(this.#shape(layer.inputs[0] ?? ''));
    const { kernel, output } = poolingGeometry(layer, input);
    const windows = { kernel, stride: layer.stride, pad: layer.pad };
    const pool = layer.method === 'max' ? maxPooling : averagePooling;
    return pool(this.#writer, layer.name, this.#toNchw(layer, value), windows, input, output);
  }

  /** Writes a single node, as exporters do for a BatchNorm that cannot be folded. */
  #scale({ name, gamma, beta }: ScaleLayer, value: string): string {
    const constant = (role: string, values: Float32Array) => this.#writer.constant(name, role, values, [values.length]);
    const neutral = new Float32Array(gamma.length);
    const inputs = [
      constant('gamma', gamma),
      constant('beta', beta ?? neutral),
      constant('mean', neutral),
      constant(
        'variance',
        neutral.map(() => 1),
      ),
    ];
    return this.#writer.node(name, 'BatchNormalization', [value, ...inputs], { epsilon: { float: 0 } });
  }

  /** Gives a vector the shape of one pixel, for layers that need channels, height and width. */
  #toNchw(layer: FloatLayer, value: string): string {
    const [input = ''] = layer.inputs;
    const shape = this.#shape(input);
    if (shape.length === 3) return value;
    const { channels, height, width } = asChwShape(shape);
    const pixel = reshape(this.#writer, layer.name, value, [this.#batch, channels, height, width]);
    return this.#arithmetic.activation(this.#rangeOf(input), pixel);
  }

  #flatten(layer: FloatLayer, value: string): string {
    const [input = ''] = layer.inputs;
    if (this.#shape(input).length === 1) return value;
    const flat = this.#writer.node(layer.name, 'Flatten', [value], { axis: 1 });
    return this.#arithmetic.activation(this.#rangeOf(input), flat);
  }

  #activation(layer: FloatLayer, value: string): string {
    return layer.type === 'dropout' ? value : this.#arithmetic.activation(this.#rangeOf(layer.name), value);
  }

  /** Whether the only reader of a value is a ReLU, so that only the ReLU's output needs an activation. */
  #isOnlyRectified({ name }: FloatLayer): boolean {
    const [reader, ...others] = this.#readers(name);
    return this.#rangeOf(name) === name && others.length === 0 && reader?.type === 'relu' && reader.negativeSlope === 0;
  }

  /** Returns the value with the same range of numbers: an earlier one after max-pooling, reshaping or dropout. */
  #rangeOf(value: string): string {
    const layer = this.#graph.layers.find(({ name }) => name === value);
    if (!layer) return value;
    const isSame =
      layer.type === 'dropout' || layer.type === 'reshape' || (layer.type === 'pooling' && layer.method === 'max');
    return isSame ? this.#rangeOf(layer.inputs[0] ?? '') : value;
  }

  #readers(value: string): readonly FloatLayer[] {
    return this.#graph.layers.filter(({ inputs }) => inputs.includes(value));
  }

  #shape(value: string): Shape {
    return this.#shapes.get(value) ?? [];
  }

  #dimensions(value: string): readonly number[] {
    return [this.#batch, ...this.#shape(value)];
  }
}
