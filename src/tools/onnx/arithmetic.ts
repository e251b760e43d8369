import type { GraphWriter } from './graph-writer.ts';

/** The weights and bias of a layer, before they are written. */
export interface Operands {
  readonly layer: string;
  /** The graph value that the layer reads. */
  readonly input: string;
  /** [outputs][…]. */
  readonly weights: Float32Array;
  readonly dimensions: readonly number[];
  readonly bias: Float32Array | undefined;
}

/** The arithmetic of a float graph when it is written: float32 or 8 bits. */
export interface Arithmetic {
  /** Writes weights and bias and returns their ONNX values. */
  operands(operands: Operands): readonly string[];
  /**
   * Returns the ONNX value that readers of a node's output use.
   * @param range the graph value that has the same range of numbers: the value itself or an earlier one.
   */
  activation(range: string, value: string): string;
  /** Writes max(x, 0). A call of `activation` follows. */
  halfWave(layer: string, value: string): string;
}

/** Writes ordinary float32 layers. */
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
