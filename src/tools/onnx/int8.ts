import { type Moments, propagateMoments } from '../../reference/moments.ts';
import type { Arithmetic, Operands } from './arithmetic.ts';
import { writeFloatGraph } from './float-graph.ts';
import type { FloatGraph } from './float-twin.ts';
import type { GraphOptions } from './graph-options.ts';
import type { GraphWriter } from './graph-writer.ts';
import { scalar } from './operators.ts';

/** The distribution of a network's inputs. */
export interface InputStatistics {
  readonly range: readonly [lowest: number, highest: number];
  /** Mean and variance of each channel. */
  readonly moments: Moments;
}

/** A value saturates beyond this many standard deviations from its channel's mean. */
const DEVIATIONS = 5;
const LARGEST_UINT8 = 255;
const LARGEST_INT8 = 127;

/**
 * Returns a float graph as ONNX, quantized to 8 bits in the QDQ form, which runtimes can fuse: uint8 activations with a
 * scale and zero point for each value, int8 weights with a scale for each output channel, and int32 biases. The ranges
 * are derived from the moments of the input, layer by layer, without running any picture.
 * @throws HwgqError the errors of `floatGraph`; `unsupported`, naming the layer, if its moments cannot be derived.
 */
export function int8Graph(graph: FloatGraph, input: InputStatistics, options: GraphOptions = {}): GraphWriter {
  const scales = activationScales(graph, input);
  return writeFloatGraph(graph, options, (writer) => new Int8Arithmetic(writer, scales));
}

/** The quantization of a value: value = scale · (code − zeroPoint). */
export interface ActivationScale {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Returns the quantization of each value of a graph, by name. */
export function activationScales(graph: FloatGraph, input: InputStatistics): ReadonlyMap<string, ActivationScale> {
  const moments = new Map([[graph.input.name, input.moments]]);
  const scales = new Map([[graph.input.name, scaleOf(...input.range)]]);
  for (const layer of graph.layers) {
    if (layer.type === 'softmax') break;
    const value = propagateMoments(
      layer,
      layer.inputs.map((name) => moments.get(name) as Moments),
    );
    moments.set(layer.name, value);
    const [lowest, highest] = rangeOf(value);
    const isHalfWave = layer.type === 'relu' && layer.negativeSlope === 0;
    scales.set(layer.name, scaleOf(isHalfWave ? 0 : lowest, highest));
  }
  return scales;
}

function rangeOf({ mean, variance }: Moments): [lowest: number, highest: number] {
  let [lowest, highest] = [0, 0];
  for (const [channel, center] of mean.entries()) {
    const reach = DEVIATIONS * Math.sqrt(variance[channel] as number);
    lowest = Math.min(lowest, center - reach);
    highest = Math.max(highest, center + reach);
  }
  return [lowest, highest];
}

/** Returns the scale of a range, extended to include 0, the value of padding. */
function scaleOf(lowest: number, highest: number): ActivationScale {
  const [least, most] = [Math.min(lowest, 0), Math.max(highest, 0)];
  const scale = Math.fround((most - least) / LARGEST_UINT8) || 1;
  return { scale, zeroPoint: Math.round(-least / scale) };
}

class Int8Arithmetic implements Arithmetic {
  readonly #writer: GraphWriter;
  readonly #scales: ReadonlyMap<string, ActivationScale>;

  constructor(writer: GraphWriter, scales: ReadonlyMap<string, ActivationScale>) {
    this.#writer = writer;
    this.#scales = scales;
  }

  operands({ layer, input, weights, dimensions, bias }: Operands): readonly string[] {
    const outputs = dimensions[0] as number;
    const { codes, scales } = quantizeFilters(weights, outputs);
    const constants = [
      this.#writer.constant(layer, 'weights', codes, dimensions),
      this.#writer.constant(layer, 'weight_scale', scales, [outputs]),
      this.#writer.constant(layer, 'weight_zero', new Int8Array(outputs), [outputs]),
    ];
    const values = [this.#writer.node(layer, 'DequantizeLinear', constants, { axis: 0 })];
    if (bias) values.push(this.#bias(layer, bias, scales, this.#scaleOf(input).scale));
    return values;
  }

  activation(range: string, value: string): string {
    const { scale, zeroPoint } = this.#scaleOf(range);
    const parameters = [
      scalar(this.#writer, range, 'scale', scale),
      this.#writer.constant(range, 'zero_point', Uint8Array.of(zeroPoint), []),
    ];
    const codes = this.#writer.node(range, 'QuantizeLinear', [value, ...parameters]);
    return this.#writer.node(range, 'DequantizeLinear', [codes, ...parameters]);
  }

  /** Needs no node: codes whose zero point is 0 cannot be negative, and the layer before can be fused. */
  halfWave(_layer: string, value: string): string {
    return value;
  }

  /** Writes a bias in units of the products of codes. */
  #bias(layer: string, bias: Float32Array, scales: Float32Array, inputScale: number): string {
    const units = scales.map((scale) => scale * inputScale);
    const codes = Int32Array.from(bias, (value, output) => Math.round(value / (units[output] as number)));
    const constants = [
      this.#writer.constant(layer, 'bias', codes, [codes.length]),
      this.#writer.constant(layer, 'bias_scale', units, [units.length]),
      this.#writer.constant(layer, 'bias_zero', new Int32Array(units.length), [units.length]),
    ];
    return this.#writer.node(layer, 'DequantizeLinear', constants, { axis: 0 });
  }

  #scaleOf(range: string): ActivationScale {
    return this.#scales.get(range) as ActivationScale;
  }
}

/** Quantizes each filter to integers up to 127 in magnitude times a scale. */
function quantizeFilters(weights: Float32Array, outputs: number): { codes: Int8Array; scales: Float32Array } {
  const size = weights.length / outputs;
  const codes = new Int8Array(weights.length);
  const scales = new Float32Array(outputs);
  for (let output = 0; output < outputs; output++) {
    const filter = weights.subarray(output * size, (output + 1) * size);
    const largest = filter.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    const scale = Math.fround(largest / LARGEST_INT8) || 1;
    scales[output] = scale;
    for (let index = 0; index < size; index++) {
      codes[output * size + index] = Math.round((filter[index] as number) / scale);
    }
  }
  return { codes, scales };
}
