import { HwgqError } from '../errors.ts';
import { blobValue } from '../graph/blobs.ts';
import { scoresBlob } from '../graph/scores.ts';
import { asChwShape } from '../graph/shapes.ts';
import type { Model } from '../model/model.ts';
import { exportGraph, inputStatistics } from '../tools/onnx/export.ts';
import { floatTwin } from '../tools/onnx/float-twin.ts';
import type { Attribute, Constant, OnnxConstant, OnnxGraph, OnnxNode } from '../tools/onnx/graph-writer.ts';
import { type ActivationScale, activationScales } from '../tools/onnx/int8.ts';
import { tfliteMetadata } from './tflite-metadata.ts';
import { type OperatorOptions, type Quantization, TfliteWriter } from './tflite-writer.ts';

/** The forms of a network that have a TFLite export. */
export type TfliteForm = 'float-twin' | 'int8-twin';

/**
 * Returns an export of a model as a TFLite file: the same numbers as the ONNX file of this form. The input is float32, with
 * shape [1, height, width, channels].
 * @throws HwgqError `unsupported`, naming the operator, if the network has no translation; the errors of `exportGraph`.
 */
export function exportTflite(model: Model, form: TfliteForm): Uint8Array<ArrayBuffer> {
  const { channels, height, width } = asChwShape(model.graph.input.shape);
  const graph = exportGraph(model, { form });
  const scoreScale = form === 'int8-twin' ? scaleOfScores(model) : undefined;
  return new TfliteExport(graph, scoreScale).write([1, height, width, channels], tfliteMetadata(model.preprocessing));
}

type NhwcShape = readonly [count: number, height: number, width: number, channels: number];
type Padding = readonly [top: number, left: number, bottom: number, right: number];
type Pair = readonly [number, number];

/** A value of the ONNX graph as a TFLite tensor. */
interface Value {
  readonly tensor: number;
  /** A vector has height and width 1. A flattened value keeps its shape. */
  readonly shape: NhwcShape;
  readonly quantization: Quantization | undefined;
}

/** Operators whose TFLite options include a ReLU after them. */
const RECTIFIED: ReadonlySet<string> = new Set(['Conv', 'Gemm', 'BatchNormalization', 'Add']);
/** Half the range of uint8, whose codes become int8 codes. */
const INT8_OFFSET = 128;
const LARGEST_INT8 = 127;

class TfliteExport {
  readonly #writer = new TfliteWriter();
  readonly #values = new Map<string, Value>();
  readonly #integers = new Map<string, number>();
  /** ReLUs that are part of the operator before them. */
  readonly #fused = new Set<OnnxNode>();
  readonly #graph: OnnxGraph;
  readonly #scoreScale: ActivationScale | undefined;

  /** @param scoreScale the scale of the scores of an int8 network; undefined for a float32 network. */
  constructor(graph: OnnxGraph, scoreScale: ActivationScale | undefined) {
    this.#graph = graph;
    this.#scoreScale = scoreScale;
  }

  write(shape: NhwcShape, metadata: Uint8Array): Uint8Array<ArrayBuffer> {
    const [name = ''] = this.#graph.inputs;
    const input = this.#writer.tensor({ name, shape, type: 'float32' });
    this.#values.set(name, { tensor: input, shape, quantization: undefined });
    for (const node of this.#graph.nodes) {
      if (!this.#fused.has(node)) this.#node(node);
    }
    const output = this.#value(this.#graph.outputs[0]);
    return this.#writer.toBytes(input, this.#dequantized(output), metadata);
  }

  #node(node: OnnxNode): void {
    const { operator, inputs, output } = node;
    switch (operator) {
      case 'Conv':
        this.#convolution(node);
        break;
      case 'Gemm':
        this.#matrixProduct(node);
        break;
      case 'MaxPool':
      case 'AveragePool':
        this.#pooling(node);
        break;
      case 'BatchNormalization':
        this.#batchNormalization(node);
        break;
      case 'Add': {
        const [first, second] = [this.#value(inputs[0]), this.#value(inputs[1])];
        const [value, options] = this.#outputOf(node, first.shape);
        this.#writer.operator('add', [first.tensor, second.tensor], value.tensor, options);
        break;
      }
      case 'Relu': {
        const input = this.#value(inputs[0]);
        const [value] = this.#outputOf(node, input.shape);
        this.#writer.operator('relu', [input.tensor], value.tensor);
        break;
      }
      case 'Concat':
        this.#concatenation(node);
        break;
      case 'QuantizeLinear':
        this.#quantize(node);
        break;
      case 'DequantizeLinear':
        if (!this.#graph.constants.has(inputs[0] ?? '')) this.#alias(output, inputs[0]);
        break;
      case 'Flatten':
      case 'Identity':
        this.#alias(output, inputs[0]);
        break;
      default:
        throw untranslated(node);
    }
  }

  #convolution(node: OnnxNode): void {
    const { inputs, attributes } = node;
    const { dimensions } = this.#stored(inputs[1]);
    const [outputs, channels, height, width] = dimensions as [number, number, number, number];
    const isOrdinary = attributes.group === 1 && list(attributes.dilations).every((dilation) => dilation === 1);
    if (!isOrdinary) throw untranslated(node);
    const strides = list(attributes.strides) as Pair;
    const pads = list(attributes.pads) as unknown as Padding;
    const given = this.#value(inputs[0]);
    const padding = paddingOf(given.shape, [height, width], strides, pads);
    const input = padding ? given : this.#padded(given, pads);
    const shape = windowed(given.shape, [height, width], strides, pads, outputs);
    const weights = this.#weights(inputs[1], [outputs, height, width, channels], (values) =>
      channelsLast(values, outputs, channels, height * width),
    );
    const [value, options] = this.#outputOf(node, shape);
    const operands = [input.tensor, weights, this.#bias(node, input, outputs)];
    this.#writer.operator('convolution', operands, value.tensor, { ...options, padding: padding ?? 'valid', strides });
  }

  #matrixProduct(node: OnnxNode): void {
    const { inputs } = node;
    const input = this.#value(inputs[0]);
    const [, height, width, channels] = input.shape;
    const [outputs = 0, size = 0] = this.#stored(inputs[1]).dimensions;
    const weights = this.#weights(inputs[1], [outputs, size], (values) =>
      channelsLast(values, outputs, channels, height * width),
    );
    const [value, options] = this.#outputOf(node, [1, 1, 1, outputs]);
    const operands = [input.tensor, weights, this.#bias(node, input, outputs)];
    this.#writer.operator('fullyConnected', operands, value.tensor, options);
  }

  #pooling(node: OnnxNode): void {
    const { operator, inputs, attributes } = node;
    const input = this.#value(inputs[0]);
    const [, height, width, channels] = input.shape;
    const window = list(attributes.kernel_shape) as Pair;
    const strides = list(attributes.strides) as Pair;
    const pads = list(attributes.pads) as unknown as Padding;
    const isPadded = pads.some((pad) => pad > 0);
    const [value] = this.#outputOf(node, windowed(input.shape, window, strides, pads, channels));
    const isAverage = operator === 'AveragePool';
    if (isAverage && !isPadded && window[0] === height && window[1] === width) {
      this.#writer.operator('mean', [input.tensor, this.#integerTensor([2], [1, 2])], value.tensor);
      return;
    }
    const padding = paddingOf(input.shape, window, strides, pads);
    // The averages of ONNX include padding, and those of TFLite do not.
    if (!padding || (isAverage && isPadded)) throw untranslated(node);
    const kind = isAverage ? 'averagePooling' : 'maxPooling';
    this.#writer.operator(kind, [input.tensor], value.tensor, { padding, strides, window });
  }

  /** Writes a depthwise convolution with 1×1 filters, which runs faster than a product and a sum. */
  #batchNormalization(node: OnnxNode): void {
    const { inputs } = node;
    const input = this.#value(inputs[0]);
    const channels = input.shape[3];
    const [gamma, beta, mean, variance] = inputs.slice(1).map((name) => this.#constant(name).values as Float32Array);
    const isNeutral = mean?.every((value) => value === 0) && variance?.every((value) => value === 1);
    if (!gamma || !beta || !isNeutral) throw untranslated(node);
    const shape = [1, 1, 1, channels];
    const [value, options] = this.#outputOf(node, input.shape);
    let weights: number;
    let bias: number;
    if (input.quantization) {
      const scales = gamma.map((factor) => Math.abs(factor) / LARGEST_INT8 || 1);
      const units = scales.map((scale) => scale * (input.quantization?.scales[0] ?? 1));
      const zeroPoints = new Uint8Array(channels);
      weights = this.#writer.tensor({
        name: `${node.output} weights`,
        shape,
        type: 'int8',
        quantization: { scales, zeroPoints, dimension: 3 },
        values: Int8Array.from(gamma, (factor) => Math.sign(factor) * LARGEST_INT8),
      });
      bias = this.#writer.tensor({
        name: `${node.output} bias`,
        shape: [channels],
        type: 'int32',
        quantization: { scales: units, zeroPoints },
        values: Int32Array.from(beta, (offset, channel) => Math.round(offset / (units[channel] as number))),
      });
    } else {
      weights = this.#writer.tensor({ name: `${node.output} weights`, shape, type: 'float32', values: gamma });
      bias = this.#writer.tensor({ name: `${node.output} bias`, shape: [channels], type: 'float32', values: beta });
    }
    this.#writer.operator('depthwiseConvolution', [input.tensor, weights, bias], value.tensor, options);
  }

  #concatenation(node: OnnxNode): void {
    const parts = node.inputs.map((name) => this.#value(name));
    const [, height = 1, width = 1] = parts[0]?.shape ?? [];
    const channels = parts.reduce((sum, { shape }) => sum + shape[3], 0);
    const [value] = this.#outputOf(node, [1, height, width, channels]);
    const sameScale = parts.map((part) => this.#requantized(part, value.quantization).tensor);
    this.#writer.operator('concatenation', sameScale, value.tensor);
  }

  /** Converts the input, or codes of another scale. The output of another operator has been quantized with it. */
  #quantize({ inputs, output }: OnnxNode): void {
    const value = this.#value(inputs[0]);
    const isRead = value.quantization === undefined || this.#producerOf(inputs[0])?.operator === 'DequantizeLinear';
    this.#values.set(output, isRead ? this.#requantized(value, this.#quantizationBy(inputs)) : value);
  }

  #requantized(value: Value, quantization: Quantization | undefined): Value {
    if (!quantization || isSame(value.quantization, quantization)) return value;
    const { shape } = value;
    const tensor = this.#writer.tensor({ name: `codes of ${value.tensor}`, shape, type: 'int8', quantization });
    this.#writer.operator('quantize', [value.tensor], tensor);
    return { tensor, shape, quantization };
  }

  #dequantized({ tensor, shape, quantization }: Value): number {
    if (!quantization) return tensor;
    const floats = this.#writer.tensor({ name: 'scores', shape, type: 'float32' });
    return this.#writer.operator('dequantize', [tensor], floats);
  }

  #padded({ tensor, shape, quantization }: Value, [top, left, bottom, right]: Padding): Value {
    const [, height, width, channels] = shape;
    const padded = [1, top + height + bottom, left + width + right, channels] as const;
    const amounts = this.#integerTensor([4, 2], [0, 0, top, bottom, left, right, 0, 0]);
    const type = quantization ? 'int8' : 'float32';
    const output = this.#writer.tensor({ name: `padded ${tensor}`, shape: padded, type, quantization });
    this.#writer.operator('pad', [tensor, amounts], output);
    return { tensor: output, shape: padded, quantization };
  }

  /** Adds the tensor of a node's output, and fuses a ReLU that is its only reader. */
  #outputOf(node: OnnxNode, shape: NhwcShape): [Value, OperatorOptions] {
    const [reader, ...others] = this.#readersOf(node.output);
    const isRectified = reader?.operator === 'Relu' && others.length === 0 && RECTIFIED.has(node.operator);
    if (isRectified) this.#fused.add(reader);
    const name = isRectified ? reader.output : node.output;
    const quantization = this.#scoreScale ? this.#quantizationOf(name, this.#scoreScale) : undefined;
    const tensor = this.#writer.tensor({ name, shape, type: quantization ? 'int8' : 'float32', quantization });
    const value = { tensor, shape, quantization };
    this.#values.set(name, value);
    return [value, { isRectified }];
  }

  /** Returns the quantization of a value: that of a concatenation if nothing else reads it, otherwise its own. */
  #quantizationOf(name: string, scoreScale: ActivationScale): Quantization {
    const quantize = this.#readersOf(name).find(({ operator }) => operator === 'QuantizeLinear');
    if (!quantize) return asQuantization(scoreScale);
    const [reader, ...others] = this.#readersOf(quantize.output).flatMap(({ output }) => this.#readersOf(output));
    if (reader?.operator === 'Concat' && others.length === 0) return this.#quantizationOf(reader.output, scoreScale);
    return this.#quantizationBy(quantize.inputs);
  }

  /** Returns the quantization that the inputs of a QuantizeLinear describe. */
  #quantizationBy([, scale, zeroPoint]: readonly string[]): Quantization {
    const [[factor], [code]] = [this.#constant(scale).values, this.#constant(zeroPoint).values];
    return asQuantization({ scale: Number(factor), zeroPoint: Number(code) });
  }

  /** Adds the tensor of a layer's weights. */
  #weights(name: string | undefined, shape: readonly number[], toLayout: <T extends Weights>(values: T) => T): number {
    const { values, quantization } = this.#stored(name);
    const type = quantization ? 'int8' : 'float32';
    return this.#writer.tensor({ name: `${name}`, shape, type, quantization, values: toLayout(values as Weights) });
  }

  /** Adds the tensor of a layer's bias. A layer without one gets zeros, which the fast kernels of LiteRT.js require. */
  #bias({ output, inputs: [, weights, bias] }: OnnxNode, input: Value, outputs: number): number {
    const shape = [outputs];
    if (bias !== undefined) {
      const { values, quantization } = this.#stored(bias);
      const given = values as Float32Array | Int32Array;
      return this.#writer.tensor({ name: bias, shape, type: typeOf(given), quantization, values: given });
    }
    const name = `${output} bias`;
    const { quantization } = this.#stored(weights);
    if (!quantization) return this.#writer.tensor({ name, shape, type: 'float32', values: new Float32Array(outputs) });
    const units = Float32Array.from(quantization.scales, (scale) => scale * (input.quantization?.scales[0] ?? 1));
    const values = new Int32Array(outputs);
    return this.#writer.tensor({
      name,
      shape,
      type: 'int32',
      quantization: { scales: units, zeroPoints: values },
      values,
    });
  }

  #integerTensor(shape: readonly number[], values: readonly number[]): number {
    const key = values.join();
    const known = this.#integers.get(key);
    if (known !== undefined) return known;
    const tensor = this.#writer.tensor({ name: `[${key}]`, shape, type: 'int32', values: Int32Array.from(values) });
    this.#integers.set(key, tensor);
    return tensor;
  }

  #alias(name: string, value: string | undefined): void {
    this.#values.set(name, this.#value(value));
  }

  #value(name = ''): Value {
    const value = this.#values.get(name);
    if (!value) throw new TypeError(`'${name}' has not been computed.`);
    return value;
  }

  /** Returns a constant, or the codes of a constant that a DequantizeLinear converts. */
  #stored(name = ''): StoredConstant {
    const dequantize = this.#producerOf(name);
    if (!dequantize) return { ...this.#constant(name), quantization: undefined };
    const [codes, scales, zeroPoints] = dequantize.inputs.map((input) => this.#constant(input));
    const quantization = {
      scales: scales?.values as Float32Array,
      zeroPoints: zeroPoints?.values as Int8Array | Int32Array,
    };
    return { ...(codes as OnnxConstant), quantization };
  }

  #constant(name = ''): OnnxConstant {
    const constant = this.#graph.constants.get(name);
    if (constant) return constant;
    throw new TypeError(`'${name}' is not a constant.`);
  }

  #producerOf(name: string | undefined): OnnxNode | undefined {
    return this.#graph.nodes.find(({ output }) => output === name);
  }

  #readersOf(name: string): readonly OnnxNode[] {
    return this.#graph.nodes.filter(({ inputs }) => inputs.includes(name));
  }
}

type Weights = Float32Array | Int8Array;

interface StoredConstant {
  readonly values: Constant;
  readonly dimensions: readonly number[];
  readonly quantization: Quantization | undefined;
}

/** Returns the scale of the scores, which the ONNX file leaves as floats. */
function scaleOfScores({ graph, preprocessing }: Model): ActivationScale | undefined {
  const twin = floatTwin(graph);
  return activationScales(twin, inputStatistics(preprocessing)).get(blobValue(twin, scoresBlob(twin)));
}

function asQuantization({ scale, zeroPoint }: ActivationScale): Quantization {
  return { scales: [scale], zeroPoints: [zeroPoint - INT8_OFFSET] };
}

function isSame(first: Quantization | undefined, second: Quantization): boolean {
  return first?.scales[0] === second.scales[0] && first?.zeroPoints[0] === second.zeroPoints[0];
}

function typeOf(values: Float32Array | Int32Array): 'float32' | 'int32' {
  return values instanceof Float32Array ? 'float32' : 'int32';
}

/** Returns weights of [outputs][channels][pixels] as [outputs][pixels][channels]. */
function channelsLast<T extends Weights>(values: T, outputs: number, channels: number, pixels: number): T {
  if (pixels === 1) return values;
  const moved = values.slice() as T;
  for (let output = 0; output < outputs; output++) {
    const start = output * channels * pixels;
    for (let channel = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        moved[start + pixel * channels + channel] = values[start + channel * pixels + pixel] as number;
      }
    }
  }
  return moved;
}

/** Returns the shape of the output of windows that move over an input. */
function windowed(
  [, height, width]: NhwcShape,
  window: Pair,
  strides: Pair,
  [top, left, bottom, right]: Padding,
  channels: number,
): NhwcShape {
  const rows = Math.floor((top + height + bottom - window[0]) / strides[0]) + 1;
  const columns = Math.floor((left + width + right - window[1]) / strides[1]) + 1;
  return [1, rows, columns, channels];
}

/** Returns the padding scheme of TFLite that equals the given padding; undefined if there is none. */
function paddingOf(
  [, height, width]: NhwcShape,
  window: Pair,
  strides: Pair,
  [top, left, bottom, right]: Padding,
): 'same' | 'valid' | undefined {
  if (top + left + bottom + right === 0) return 'valid';
  const isSame = [
    [height, top, bottom, window[0], strides[0]] as const,
    [width, left, right, window[1], strides[1]] as const,
  ].every(([size, before, after, length, stride]) => {
    const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + length - size);
    return before === Math.floor(total / 2) && after === Math.ceil(total / 2);
  });
  return isSame ? 'same' : undefined;
}

function list(attribute: Attribute | undefined): readonly number[] {
  return Array.isArray(attribute) ? attribute : [];
}

function untranslated({ operator, attributes }: OnnxNode): HwgqError {
  const what = `${operator} ${JSON.stringify(attributes)}`;
  return new HwgqError('unsupported', `The benchmark has no translation to TFLite for ${what}. Leave LiteRT.js out.`);
}
