import { HwgqError } from '../errors.ts';
import type { ChwShape } from '../graph/shapes.ts';
import { ChannelFunction } from './channel-function.ts';
import type { CodeTensor, FloatEpilogue, FloatPooling, PlanTensor, Step, TensorId, Windows } from './plan.ts';

/** A graph has at most 10,000 layers, most of which become one step. */
const MAX_STEPS = 40_000;
/** A file has at most 2^30 bytes of weights, or eight times as many signs, of which real networks have a fraction. */
const MAX_WEIGHTS = 2 ** 33;

/** Collects the tensors and steps of a plan. Its methods append steps and return the tensor that the last one writes. */
export class PlanBuilder {
  readonly tensors: PlanTensor[] = [];
  readonly steps: Step[] = [];
  #weights = 0;

  /** Adds a tensor that a step will write. */
  addTensor(tensor: PlanTensor): TensorId {
    return this.tensors.push(tensor) - 1;
  }

  addFloats(shape: ChwShape): TensorId {
    return this.addTensor({ kind: 'floats', shape });
  }

  /**
   * Checks that a plan stays in proportion to its graph before a layer is planned once more: a concatenation that several
   * quantizers read is planned for each of them, part by part, and parts may be concatenations themselves.
   * @param weights the number of weights of the step.
   * @throws HwgqError `unsupported`, naming the layer.
   */
  expectRoom(layer: string, weights = 0): void {
    this.#weights += weights;
    if (this.steps.length < MAX_STEPS && this.#weights < MAX_WEIGHTS) return;
    throw new HwgqError(
      'unsupported',
      `Layer '${layer}' would be planned too often: values that are joined and quantized again and again give more than ${MAX_STEPS} steps or ${MAX_WEIGHTS} weights. Use the backend 'reference'.`,
      { layer },
    );
  }

  tensor(id: TensorId): PlanTensor {
    return this.tensors[id] as PlanTensor;
  }

  /** Joins tensors of one kind along the channels into a new tensor. */
  concat(layer: string, parts: readonly TensorId[], tensor: PlanTensor): TensorId {
    const output = this.addTensor(tensor);
    let firstChannel = 0;
    for (const input of parts) {
      this.steps.push({ kind: 'concatPart', layer, input, output, firstChannel });
      firstChannel += this.tensor(input).shape.channels;
    }
    return output;
  }

  /** @param smallest 1 for each channel whose smallest code is taken, 0 for the largest. */
  poolCodes(layer: string, input: TensorId, windows: Windows, shape: ChwShape, smallest: Uint8Array): TensorId {
    const output = this.addTensor({ ...this.tensor(input), shape });
    this.steps.push({ kind: 'codePooling', layer, input, output, smallest, ...windows });
    return output;
  }

  poolFloats(
    layer: string,
    input: TensorId,
    method: FloatPooling['method'],
    windows: Windows,
    shape: ChwShape,
  ): TensorId {
    const output = this.addFloats(shape);
    const [epilogue] = ChannelFunction.identity.toEpilogues(shape.channels);
    this.steps.push({ kind: 'floatPooling', layer, input, output, method, epilogue, ...windows });
    return output;
  }

  /** Applies a function to a tensor of integers or floats. The identity of floats needs no step. */
  applyFunction(layer: string, input: TensorId, next: ChannelFunction): TensorId {
    const tensor = this.tensor(input);
    if (tensor.kind === 'floats' && next.isIdentity) return input;
    const fromInput =
      tensor.kind === 'integers' ? ChannelFunction.identity.timesConstant(tensor.unit).andThen(next) : next;
    return this.applyEpilogues(layer, input, fromInput.toEpilogues(tensor.shape.channels));
  }

  applyEpilogues(layer: string, input: TensorId, epilogues: readonly FloatEpilogue[]): TensorId {
    let tensor = input;
    for (const epilogue of epilogues) {
      const output = this.addFloats(this.tensor(tensor).shape);
      this.steps.push({ kind: 'pointwise', layer, input: tensor, output, epilogue });
      tensor = output;
    }
    return tensor;
  }

  /** Converts codes to the floats that they stand for. */
  dequantize(layer: string, input: TensorId, { shape, levels }: CodeTensor): TensorId {
    const output = this.addFloats(shape);
    this.steps.push({ kind: 'dequantize', layer, input, output, values: levels });
    return output;
  }
}
