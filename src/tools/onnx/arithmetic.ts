import type { GraphWriter } from './graph-writer.ts';

/** What a layer with weights multiplies and adds, before it is written. */
export interface Operands {
  readonly layer: string;
  /** The graph value that it reads. */
  readonly input: string;
  /** [outputs][…]. */
  readonly weights: Float32Array;
  readonly dimensions: readonly number[];
  readonly bias: Float32Array | undefined;
}

/** In which numbers the layers of a float graph compute. */
export interface Arithmetic {
  /** The ONNX values of weights and bias. */
  operands(operands: Operands): readonly string[];
  /**
   * A value on its way from the node that computes it to those that read it.
   * @param range the graph value whose numbers it holds: its own name, or that of an earlier value of the same numbers.
   */
  activation(range: string, value: string): string;
  /** max(x, 0), to be followed by `activation`. */
  halfWave(layer: string, value: string): string;
}

/** Ordinary float32. */
export class Float32Arithmetic implements Arithmetic {
  readonly #writer: GraphWriter;

  constructor(writer: GraphWriter) {
    this.#writer = writer;
  }

  operands({ layer, weights, dimensions, bias }: Operands): readonly string[] {
    const values = [this.#writer.constant(layer, 'weights', weights, dimensions)];
    if (bias) values.push(this.#writer.constant(layer, 'bias', bias, [bias.length]));
    return values;
  }

  activation(_range: string, value: string): string {
    return value;
  }

  halfWave(layer: string, value: string): string {
    return this.#writer.node(layer, 'Relu', [value]);
  }
}
