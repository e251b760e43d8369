import { type Moments, propagateMoments } from '../../reference/moments.ts';
import type { Arithmetic, Operands } from './arithmetic.ts';
import { writeFloatGraph } from './float-graph.ts';
import type { FloatGraph } from './float-twin.ts';
import type { GraphOptions } from './graph-options.ts';
import type { GraphWriter } from './graph-writer.ts';
import { scalar } from './operators.ts';

/** What a network's inputs are like. */
export interface InputStatistics {
  readonly range: readonly [lowest: number, highest: number];
  /** Mean and variance of each channel. */
  readonly moments: Moments;
}

/** How many deviations from its channel's mean a value may be before it saturates. */
const DEVIATIONS = 5;
const LARGEST_UINT8 = 255;
const LARGEST_INT8 = 127;

/**
 * A float graph as ONNX quantized to 8 bits, in the form that runtimes know how to fuse (QDQ): activations uint8 with a
 * scale and zero point for each value, weights int8 with a scale for each output channel, biases int32. Ranges come of
 * the moments that the input's bring about, layer by layer; no picture is run.
 * @throws HwgqError as `floatGraph`, and `unsupported` naming a layer that moments are not known of.
 */
export function int8Graph(graph: FloatGraph, input: InputStatistics, options: GraphOptions = {}): GraphWriter {
  const steps = activationSteps(graph, input);
  return writeFloatGraph(graph, options, (writer) => new Int8Arithmetic(writer, steps));
}

/** value = scale · (code − zeroPoint). */
interface ActivationStep {
  readonly scale: number;
  readonly zeroPoint: number;
}

function activationSteps(graph: FloatGraph, input: InputStatistics): ReadonlyMap<string, ActivationStep> {
  const moments = new Map([[graph.input.name, input.moments]]);
  const steps = new Map([[graph.input.name, stepOf(...input.range)]]);
  for (const layer of graph.layers) {
    if (layer.type === 'softmax') break;
    const value = propagateMoments(
      layer,
      layer.inputs.map((name) => moments.get(name) as Moments),
    );
    moments.set(layer.name, value);
    const [lowest, highest] = rangeOf(value);
    const isHalfWave = layer.type === 'relu' && layer.negativeSlope === 0;
    steps.set(layer.name, stepOf(isHalfWave ? 0 : lowest, highest));
  }
  return steps;
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

/** Zero must be a code: padding is made of it. */
function stepOf(lowest: number, highest: number): ActivationStep {
  const [least, most] = [Math.min(lowest, 0), Math.max(highest, 0)];
  const scale = Math.fround((most - least) / LARGEST_UINT8) || 1;
  return { scale, zeroPoint: Math.round(-least / scale) };
}

class Int8Arithmetic implements Arithmetic {
  readonly #writer: GraphWriter;
  readonly #steps: ReadonlyMap<string, ActivationStep>;

  constructor(writer: GraphWriter, steps: ReadonlyMap<string, ActivationStep>) {
    this.#writer = writer;
    this.#steps = steps;
  }

  operands({ layer, input, weights, dimensions, bias }: Operands): readonly string[] {
    const outputs = dimensions[0] as number;
    const { codes, scales } = quantizedFilters(weights, outputs);
    const constants = [
      this.#writer.constant(layer, 'weights', codes, dimensions),
      this.#writer.constant(layer, 'weight_scale', scales, [outputs]),
      this.#writer.constant(layer, 'weight_zero', new Int8Array(outputs), [outputs]),
    ];
    const values = [this.#writer.node(layer, 'DequantizeLinear', constants, { axis: 0 })];
    if (bias) values.push(this.#bias(layer, bias, scales, this.#stepFor(input).scale));
    return values;
  }

  activation(range: string, value: string): string {
    const { scale, zeroPoint } = this.#stepFor(range);
    const step = [
      scalar(this.#writer, range, 'scale', scale),
      this.#writer.constant(range, 'zero_point', Uint8Array.of(zeroPoint), []),
    ];
    const codes = this.#writer.node(range, 'QuantizeLinear', [value, ...step]);
    return this.#writer.node(range, 'DequantizeLinear', [codes, ...step]);
  }

  /** Codes whose zero point is 0 hold no negative values anyway; without a node the layer before fuses. */
  halfWave(_layer: string, value: string): string {
    return value;
  }

  /** In units of what products of codes are worth. */
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

  #stepFor(range: string): ActivationStep {
    return this.#steps.get(range) as ActivationStep;
  }
}

/** Each filter as whole numbers up to 127 in magnitude, times a scale. */
function quantizedFilters(weights: Float32Array, outputs: number): { codes: Int8Array; scales: Float32Array } {
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
