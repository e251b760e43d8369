import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { OnnxGraph, OnnxNode } from '../tools/onnx/graph-writer.ts';
import type { TensorFlow } from './tensorflow.ts';
import { planar, TfjsOperators, type Value } from './tfjs-operators.ts';

interface Step {
  readonly output: string;
  readonly inputs: readonly string[];
  readonly compute: (values: readonly Value[]) => Value;
  /** What nobody reads any more once it has been computed. */
  readonly read: readonly string[];
}

/**
 * An exported network in tfjs's operations, on the backend that tfjs has been set to; weights are made once, and a ReLU
 * is part of the layer with weights before it, as exporters for tfjs fuse them.
 */
export class TfjsNetwork {
  readonly #operators: TfjsOperators;
  readonly #steps: readonly Step[];
  readonly #input: string;
  readonly #output: string;
  readonly #tf: TensorFlow;

  /**
   * @param graph of one input and one output.
   * @throws HwgqError `unsupported` naming an operator or sums that tfjs does not know here.
   */
  constructor(tf: TensorFlow, graph: OnnxGraph) {
    this.#tf = tf;
    this.#operators = new TfjsOperators(tf, graph.constants);
    [this.#input = '', this.#output = ''] = [graph.inputs[0], graph.outputs[0]];
    const rectified = rectifiedNodes(graph);
    const names = new Map([...rectified].map(([relu, node]) => [relu.output, node.output]));
    const nodes = graph.nodes.filter((node) => !rectified.has(node));
    const inputsOf = ({ inputs }: OnnxNode) =>
      inputs.filter((name) => !graph.constants.has(name)).map((name) => names.get(name) ?? name);
    const fused = new Set(rectified.values());
    this.#steps = nodes.map((node, index) => {
      const inputs = inputsOf(node);
      const later = new Set(nodes.slice(index + 1).flatMap(inputsOf));
      const read = [...new Set(inputs)].filter((name) => !later.has(name) && name !== this.#input);
      return { output: node.output, inputs, read, compute: this.#operators.operation(node, inputs, fused.has(node)) };
    });
  }

  /**
   * @param images [count, height, width, channels].
   * @returns the scores, [count, length], channels outermost.
   */
  run(images: Tensor4D): Tensor {
    return this.#tf.tidy(() => {
      const values = new Map<string, Value>([[this.#input, images]]);
      for (const { output, inputs, compute, read } of this.#steps) {
        values.set(output, compute(inputs.map((name) => values.get(name) as Value)));
        // Memory that is free again is still in a cache.
        for (const name of read) this.#tf.dispose(values.get(name) as Tensor | Tensor[]);
      }
      const scores = values.get(this.#output) as Tensor;
      return this.#tf.reshape(planar(this.#tf, scores), [images.shape[0], -1]);
    });
  }

  dispose(): void {
    this.#operators.dispose();
  }
}

/** ReLUs that the layer with weights before them can do too, and that layer: nobody else reads what it gives. */
function rectifiedNodes({ nodes }: OnnxGraph): ReadonlyMap<OnnxNode, OnnxNode> {
  const pairs = new Map<OnnxNode, OnnxNode>();
  for (const relu of nodes.filter(({ operator }) => operator === 'Relu')) {
    const before = nodes.find(({ output }) => output === relu.inputs[0]);
    const readers = nodes.filter(({ inputs }) => before && inputs.includes(before.output));
    if (before && ['Conv', 'Gemm'].includes(before.operator) && readers.length === 1) pairs.set(relu, before);
  }
  return pairs;
}
