import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { OnnxGraph, OnnxNode } from '../tools/onnx/graph-writer.ts';
import type { TensorFlow } from './tensorflow.ts';
import { planar, TfjsOperators, type Value } from './tfjs-operators.ts';

interface Step {
  readonly output: string;
  readonly inputs: readonly string[];
  readonly compute: (values: readonly Value[]) => Value;
  /** Values that no later step reads. They are freed after this step. */
  readonly lastReads: readonly string[];
}

/**
 * An exported network translated to tfjs operations, on the current backend of tfjs. Weights are uploaded once. A ReLU is
 * fused into the layer with weights before it, as exporters for tfjs do.
 */
export class TfjsNetwork {
  readonly #operators: TfjsOperators;
  readonly #steps: readonly Step[];
  readonly #input: string;
  readonly #output: string;
  readonly #tf: TensorFlow;

  /**
   * @param graph a graph with one input and one output.
   * @throws HwgqError `unsupported` if an operator or sum has no translation.
   */
  constructor(tf: TensorFlow, graph: OnnxGraph) {
    this.#tf = tf;
    this.#operators = new TfjsOperators(tf, graph.constants);
    [this.#input = '', this.#output = ''] = [graph.inputs[0], graph.outputs[0]];
    const rectified = fusedRelus(graph);
    const names = new Map([...rectified].map(([relu, node]) => [relu.output, node.output]));
    const nodes = graph.nodes.filter((node) => !rectified.has(node));
    const inputsOf = ({ inputs }: OnnxNode) =>
      inputs.filter((name) => !graph.constants.has(name)).map((name) => names.get(name) ?? name);
    const fused = new Set(rectified.values());
    this.#steps = nodes.map((node, index) => {
      const inputs = inputsOf(node);
      const later = new Set(nodes.slice(index + 1).flatMap(inputsOf));
      const lastReads = [...new Set(inputs)].filter((name) => !later.has(name) && name !== this.#input);
      return {
        output: node.output,
        inputs,
        lastReads,
        compute: this.#operators.operation(node, inputs, fused.has(node)),
      };
    });
  }

  /**
   * Runs a batch.
   * @param images shape [count, height, width, channels].
   * @returns the scores, shape [count, length], planar.
   */
  run(images: Tensor4D): Tensor {
    return this.#tf.tidy(() => {
      const values = new Map<string, Value>([[this.#input, images]]);
      for (const { output, inputs, compute, lastReads } of this.#steps) {
        values.set(output, compute(inputs.map((name) => values.get(name) as Value)));
        // Freed memory that is reused at once is still in a cache.
        for (const name of lastReads) this.#tf.dispose(values.get(name) as Tensor | Tensor[]);
      }
      const scores = values.get(this.#output) as Tensor;
      return this.#tf.reshape(planar(this.#tf, scores), [images.shape[0], -1]);
    });
  }

  dispose(): void {
    this.#operators.dispose();
  }
}

/** Returns the ReLUs that can be fused, each with the layer before it, whose output nothing else reads. */
function fusedRelus({ nodes }: OnnxGraph): ReadonlyMap<OnnxNode, OnnxNode> {
  const pairs = new Map<OnnxNode, OnnxNode>();
  for (const relu of nodes.filter(({ operator }) => operator === 'Relu')) {
    const before = nodes.find(({ output }) => output === relu.inputs[0]);
    const readers = nodes.filter(({ inputs }) => before && inputs.includes(before.output));
    if (before && ['Conv', 'Gemm'].includes(before.operator) && readers.length === 1) pairs.set(relu, before);
  }
  return pairs;
}
