import { finalBlobs } from '../../graph/blobs.ts';
import type { Graph } from '../../graph/graph.ts';
import { scoresBlob } from '../../graph/scores.ts';
import { type ChwShape, inferShapes } from '../../graph/shapes.ts';
import { lowerGraph } from '../../plan/lower.ts';
import type {
  BinaryConvolution,
  CodePooling,
  ConcatPart,
  Convolution,
  IntegerConvolution,
  Plan,
  PlanInput,
  PlanTensor,
  Step,
  TensorId,
} from '../../plan/plan.ts';
import {
  addTerms,
  binaryTerms,
  countExceeded,
  type ExactTerm,
  integerTerms,
  type Sums,
  toFloats,
} from './exact-sums.ts';
import { type GraphOptions, requireComputed } from './graph-options.ts';
import { DATA_TYPE, GraphWriter } from './graph-writer.ts';
import {
  averagePooling,
  convolutionAttributes,
  eltwise,
  maxPooling,
  perChannel,
  reshape,
  responseNormalization,
  scalar,
} from './operators.ts';

/**
 * Returns a network as ONNX that computes the same codes as the backends: integers and signs are float32 numbers, whose
 * sums are exact, and thresholds are comparisons. The output of a Quant blob is its levels.
 * @param input the form of the input: integers times a unit, which first layers sum exactly, or floats.
 * @throws HwgqError `invalid-option` if a blob is unknown, requested twice or the input; `unsupported`, naming the layer,
 *   if sums are not exact in float32; the errors of `lowerGraph`.
 */
export function exactGraph(graph: Graph, input: PlanInput, options: GraphOptions = {}): GraphWriter {
  const { blobs = [scoresBlob(graph)], batch = 1 } = options;
  requireComputed(graph, blobs);
  return new ExactWriter(graph, lowerGraph(graph, input, blobs), blobs, batch).write();
}

class ExactWriter {
  readonly #writer: GraphWriter;
  /** The ONNX value of each tensor: [batch, channels, height, width], with integers and codes as float32. */
  readonly #values = new Map<TensorId, string>();
  #parts: string[] = [];
  readonly #graph: Graph;
  readonly #plan: Plan;
  readonly #blobs: readonly string[];
  readonly #batch: number;

  constructor(graph: Graph, plan: Plan, blobs: readonly string[], batch: number) {
    this.#graph = graph;
    this.#plan = plan;
    this.#blobs = blobs;
    this.#batch = batch;
    this.#writer = new GraphWriter(graph.name, [graph.input.name, ...blobs]);
  }

  write(): GraphWriter {
    this.#values.set(0, this.#input());
    for (const step of this.#plan.steps) {
      const value = this.#step(step);
      if (value !== undefined) this.#values.set(step.output, value);
    }
    const shapes = inferShapes(this.#graph);
    const names = finalBlobs(this.#graph);
    for (const [index, id] of this.#plan.outputs.entries()) {
      const blob = this.#blobs[index] as string;
      const shape = [this.#batch, ...(shapes.get(names.get(blob) ?? '') ?? [])];
      this.#writer.output(blob, this.#withShape(blob, this.#outputValue(blob, id), shape), shape);
    }
    return this.#writer;
  }

  #input(): string {
    const { name, shape } = this.#graph.input;
    const tensor = this.#tensor(0);
    const isInteger = tensor.kind === 'integers';
    const meaning = isInteger ? `integers, at most ${tensor.largest} in magnitude, times ${tensor.unit}` : 'floats';
    const input = this.#writer.input(name, [this.#batch, ...shape], `Preprocessed images: ${meaning}.`);
    const value = this.#toNchw(name, input, tensor.shape, shape.length);
    if (!isInteger || tensor.unit === 1) return value;
    const scaled = this.#writer.node(name, 'Mul', [value, scalar(this.#writer, name, 'unit', 1 / tensor.unit)]);
    return this.#writer.node(name, 'Round', [scaled]);
  }

  #outputValue(blob: string, id: TensorId): string {
    const tensor = this.#tensor(id);
    const value = this.#value(id);
    switch (tensor.kind) {
      case 'codes':
        return this.#lookUp(blob, value, Float32Array.from(tensor.levels));
      case 'integers':
        return this.#writer.node(blob, 'Mul', [value, scalar(this.#writer, blob, 'unit', tensor.unit)]);
      case 'floats':
        return value;
    }
  }

  #step(step: Step): string | undefined {
    const writer = this.#writer;
    const { layer } = step;
    const input = this.#tensor(step.input).shape;
    const output = this.#tensor(step.output).shape;
    const value = this.#value(step.input);
    switch (step.kind) {
      case 'integerConvolution':
      case 'floatConvolution':
      case 'binaryConvolution':
        return this.#convolution(step);
      case 'codePooling':
        return this.#codePooling(step);
      case 'floatPooling':
        return (step.method === 'max' ? maxPooling : averagePooling)(writer, layer, value, step, input, output);
      case 'pointwise':
        return toFloats(writer, layer, { value, type: 'float32' }, step.epilogue);
      case 'quantize': {
        const signed = this.#withSign(layer, value, step.sign);
        return countExceeded(writer, layer, { value: signed, type: 'float32' }, step.epilogue.thresholds);
      }
      case 'dequantize':
        return this.#lookUp(layer, value, Float32Array.from(step.values));
      case 'eltwise': {
        const values = [value, this.#value(step.other)];
        return eltwise(writer, layer, step.operation, values, step.coefficients);
      }
      case 'concatPart':
        return this.#concatPart(step, output);
      case 'lrn':
        return responseNormalization(writer, layer, value, step, this.#batch, input);
      case 'softmax':
        return writer.node(layer, 'Softmax', [value], { axis: 1 });
      case 'reshape':
        return this.#toNchw(layer, value, output);
    }
  }

  #convolution(step: Convolution): string {
    const sums = this.#sums(step);
    const { epilogue } = step;
    return epilogue.kind === 'codes'
      ? countExceeded(this.#writer, step.layer, sums, epilogue.thresholds)
      : toFloats(this.#writer, step.layer, sums, epilogue);
  }

  #sums(step: Convolution): Sums {
    if (step.kind === 'floatConvolution') {
      return { value: this.#convolved(step, this.#value(step.input), step.weights), type: 'float32' };
    }
    const terms = this.#terms(step).map(({ weights, times, inputs }) => {
      const codes = this.#value(step.input);
      const value = inputs ? this.#lookUp(step.layer, codes, inputs) : codes;
      return { value: this.#convolved(step, value, weights), times };
    });
    return addTerms(this.#writer, step.layer, terms);
  }

  #terms(step: IntegerConvolution | BinaryConvolution): readonly ExactTerm[] {
    const input = this.#tensor(step.input);
    const { channels } = this.#tensor(step.output).shape;
    if (step.kind === 'integerConvolution' && input.kind === 'integers') return integerTerms(step, input, channels);
    if (step.kind === 'binaryConvolution' && input.kind === 'codes') {
      const size = (input.shape.channels / step.group) * step.kernel[0] * step.kernel[1];
      return binaryTerms(step, input, channels, size);
    }
    throw new TypeError(`Layer '${step.layer}': ${step.kind} over ${input.kind}`);
  }

  /** Writes a convolution, or a matrix product if the kernel covers the input. */
  #convolved(step: Convolution, value: string, weights: Float32Array): string {
    const { layer, kernel, pad, group } = step;
    const input = this.#tensor(step.input).shape;
    const { channels: outputs } = this.#tensor(step.output).shape;
    const inputs = input.channels / group;
    const coversInput = kernel[0] === input.height && kernel[1] === input.width && pad[0] + pad[1] === 0 && group === 1;
    if (!coversInput) {
      const constant = this.#writer.constant(layer, 'weights', weights, [outputs, inputs, ...kernel]);
      return this.#writer.node(layer, 'Conv', [value, constant], convolutionAttributes(step));
    }
    const constant = this.#writer.constant(layer, 'weights', weights, [outputs, weights.length / outputs]);
    const flat = this.#writer.node(layer, 'Flatten', [value], { axis: 1 });
    const product = this.#writer.node(layer, 'Gemm', [flat, constant], { transB: 1 });
    return this.#toNchw(layer, product, { channels: outputs, height: 1, width: 1 });
  }

  /** Pools the largest code of each window, or the smallest in channels whose codes fall. */
  #codePooling(step: CodePooling): string {
    const sign = Int8Array.from(step.smallest, (isSmallest) => (isSmallest ? -1 : 1));
    const signed = this.#withSign(step.layer, this.#value(step.input), sign);
    const [input, output] = [this.#tensor(step.input).shape, this.#tensor(step.output).shape];
    return this.#withSign(step.layer, maxPooling(this.#writer, step.layer, signed, step, input, output), sign);
  }

  #withSign(layer: string, value: string, sign: Int8Array): string {
    if (sign.every((factor) => factor === 1)) return value;
    return this.#writer.node(layer, 'Mul', [value, perChannel(this.#writer, layer, 'sign', Float32Array.from(sign))]);
  }

  /** Collects the parts of a concatenation, whose steps follow each other, and writes it with the last part. */
  #concatPart({ layer, input, firstChannel }: ConcatPart, output: ChwShape): string | undefined {
    this.#parts.push(this.#value(input));
    if (firstChannel + this.#tensor(input).shape.channels < output.channels) return undefined;
    const parts = this.#parts;
    this.#parts = [];
    return this.#writer.node(layer, 'Concat', parts, { axis: 1 });
  }

  /** Replaces each code by its entry in a table. */
  #lookUp(layer: string, codes: string, table: Float32Array): string {
    if (table.every((value, code) => value === code)) return codes;
    const indices = this.#writer.node(layer, 'Cast', [codes], { to: DATA_TYPE.int32 });
    return this.#writer.node(layer, 'Gather', [this.#writer.constant(layer, 'table', table, [table.length]), indices]);
  }

  #toNchw(layer: string, value: string, { channels, height, width }: ChwShape, dimensions = 0): string {
    if (dimensions === 3) return value;
    return reshape(this.#writer, layer, value, [this.#batch, channels, height, width]);
  }

  #withShape(layer: string, value: string, shape: readonly number[]): string {
    return shape.length === 4 ? value : reshape(this.#writer, layer, value, shape);
  }

  #value(id: TensorId): string {
    return this.#values.get(id) as string;
  }

  #tensor(id: TensorId): PlanTensor {
    return this.#plan.tensors[id] as PlanTensor;
  }
}
