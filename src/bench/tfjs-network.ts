import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { blobValue, logitsBlob } from '../graph/blobs.ts';
import type { ConvolutionLayer, InnerProductLayer, PoolingLayer } from '../graph/graph.ts';
import { asPlanes, elementCount, inferShapes, poolingGeometry } from '../graph/shapes.ts';
import { type FloatGraph, type FloatLayer, floatWeights } from '../onnx/float-twin.ts';
import { endPadding } from '../onnx/operators.ts';

export type TensorFlow = typeof import('@tensorflow/tfjs-core');

interface Step {
  readonly layer: FloatLayer;
  /** The ReLU that is part of it, as exporters for tfjs fuse them. */
  readonly isRectified: boolean;
  /** Its input's shape, without the batch: [channels, height, width] or [length]. */
  readonly shape: readonly number[];
  readonly constants: readonly Tensor[];
}

/** A float graph in tfjs's operations, on the backend that tfjs has been set to; weights are made once. */
export class TfjsNetwork {
  private readonly steps: readonly Step[];
  private readonly output: string;
  /** Where values are that no step of their own computes. */
  private readonly aliases = new Map<string, string>();

  /** @throws HwgqError what `inferShapes` throws, and `invalid-option` for a blob that is not there. */
  constructor(
    private readonly tf: TensorFlow,
    private readonly graph: FloatGraph,
    blob: string = logitsBlob(graph),
  ) {
    const shapes = inferShapes(graph);
    this.output = blobValue(graph, blob);
    const needed = new Set([this.output]);
    const steps: Step[] = [];
    for (const layer of graph.layers.toReversed()) {
      if (needed.has(layer.name)) for (const input of layer.inputs) needed.add(input);
    }
    for (const layer of graph.layers) {
      if (!needed.has(layer.name)) continue;
      const shape = shapes.get(layer.inputs[0] ?? '') ?? [];
      const isFused = this.isFusedReluOf(layer);
      if (layer.type === 'dropout' || isFused) this.aliases.set(layer.name, this.resolve(layer.inputs[0] ?? ''));
      else steps.push({ layer, isRectified: this.isRectified(layer), shape, constants: this.constants(layer, shape) });
    }
    this.steps = steps;
  }

  /**
   * @param images [count, height, width, channels].
   * @returns the scores, [count, length], channels outermost.
   */
  run(images: Tensor4D): Tensor {
    return this.tf.tidy(() => {
      const values = new Map<string, Tensor>([[this.graph.input.name, images]]);
      for (const [index, step] of this.steps.entries()) {
        const inputs = step.layer.inputs.map((name) => this.resolve(name));
        values.set(
          step.layer.name,
          this.compute(
            step,
            inputs.map((name) => values.get(name) as Tensor),
          ),
        );
        // Memory that is free again is still in a cache.
        for (const name of new Set(inputs)) {
          const isRead = this.steps.slice(index + 1).some(({ layer }) => this.reads(layer, name));
          if (!isRead && name !== this.resolve(this.output) && name !== this.graph.input.name) {
            values.get(name)?.dispose();
          }
        }
      }
      const scores = values.get(this.resolve(this.output)) as Tensor;
      return this.tf.reshape(this.planar(scores), [images.shape[0], -1]);
    });
  }

  dispose(): void {
    for (const { constants } of this.steps) this.tf.dispose([...constants]);
  }

  private compute(step: Step, values: readonly Tensor[]): Tensor {
    const { tf } = this;
    const { layer, constants } = step;
    const [value] = values as [Tensor];
    switch (layer.type) {
      case 'convolution':
        return this.convolution(layer, step, this.planes(value));
      case 'innerProduct':
        return this.innerProduct(layer, step, value);
      case 'pooling':
        return this.pooling(layer, step, this.planes(value));
      case 'scale': {
        const [gamma, beta] = constants as [Tensor, Tensor | undefined];
        const scaled = tf.mul(value, gamma);
        return beta ? tf.add(scaled, beta) : scaled;
      }
      case 'relu':
        return layer.negativeSlope === 0 ? tf.relu(value) : tf.leakyRelu(value, layer.negativeSlope);
      case 'eltwise': {
        const operation = { sum: tf.add, product: tf.mul, max: tf.maximum }[layer.operation];
        const terms = values.map((term, index) => {
          const coefficient = layer.coefficients?.[index] ?? 1;
          return layer.operation === 'sum' && coefficient !== 1 ? tf.mul(term, coefficient) : term;
        });
        return terms.reduce((sum, term) => operation(sum, term));
      }
      case 'concat':
        return tf.concat([...values], value.rank - 1);
      case 'lrn': {
        const { size, alpha, beta, k } = layer;
        const planes = this.planes(value);
        return tf.reshape(tf.localResponseNormalization(planes, (size - 1) / 2, k, alpha / size, beta), value.shape);
      }
      case 'softmax':
        return tf.softmax(value);
      case 'reshape': {
        const reshaped = tf.reshape(this.planar(value), [value.shape[0] ?? 1, ...layer.shape]);
        return layer.shape.length === 3 ? tf.transpose(reshaped, [0, 2, 3, 1]) : reshaped;
      }
      case 'dropout':
        return value;
    }
  }

  private convolution(layer: ConvolutionLayer, { constants, isRectified }: Step, value: Tensor4D): Tensor {
    const { tf } = this;
    const [top, left] = layer.pad;
    const options = {
      strides: [...layer.stride] as [number, number],
      pad: [
        [0, 0],
        [top, top],
        [left, left],
        [0, 0],
      ] as ExplicitPadding,
      dilations: [...layer.dilation] as [number, number],
      activation: isRectified ? ('relu' as const) : ('linear' as const),
    };
    const groups: readonly Tensor4D[] = layer.group === 1 ? [value] : tf.split(value, layer.group, 3);
    const results = groups.map((x, group) => {
      const [filter, bias] = constants.slice(2 * group) as [Tensor4D, Tensor];
      return tf.fused.conv2d({ x, filter, bias, ...options });
    });
    return results.length === 1 ? (results[0] as Tensor) : tf.concat(results, 3);
  }

  private innerProduct({ outputs }: InnerProductLayer, { constants, isRectified, shape }: Step, value: Tensor): Tensor {
    const [b, bias] = constants as [Tensor, Tensor];
    const a = this.tf.reshape(value, [-1, elementCount(shape)]);
    const activation = isRectified ? 'relu' : 'linear';
    return this.tf.reshape(this.tf.fused.matMul({ a, b, bias, activation }), [-1, outputs]);
  }

  private pooling(layer: PoolingLayer, { shape }: Step, value: Tensor4D): Tensor {
    const { tf } = this;
    const { stride, pad } = layer;
    const input = asPlanes(shape);
    const { kernel, output } = poolingGeometry(layer, input);
    const [bottom, right] = endPadding({ kernel, stride, pad }, input, output);
    const [size, strides] = [kernel, stride].map((pair) => [...pair] as [number, number]) as [Size, Size];
    if (layer.method === 'max') {
      return tf.maxPool(value, size, strides, [
        [0, 0],
        [pad[0], bottom],
        [pad[1], right],
        [0, 0],
      ]);
    }
    // Caffe's averages count padding, but not what lies beyond it; tfjs's leave out all of theirs.
    const [rows, columns] = pad;
    const padded =
      rows + columns === 0
        ? value
        : tf.pad(value, [
            [0, 0],
            [rows, rows],
            [columns, columns],
            [0, 0],
          ]);
    const beyond: ExplicitPadding = [
      [0, 0],
      [0, Math.max(0, bottom - rows)],
      [0, Math.max(0, right - columns)],
      [0, 0],
    ];
    return tf.avgPool(padded, size, strides, beyond);
  }

  /** Weights and biases as tfjs wants them: output channels innermost. */
  private constants(layer: FloatLayer, shape: readonly number[]): readonly Tensor[] {
    const { tf } = this;
    const { channels, height, width } = asPlanes(shape);
    return tf.tidy(() => {
      switch (layer.type) {
        case 'convolution': {
          const { outputs, group, kernel } = layer;
          const weights = tf.tensor4d(floatWeights(layer), [outputs, channels / group, ...kernel]);
          const filters = tf.split(tf.transpose(weights, [2, 3, 1, 0]), group, 3);
          const biases = tf.split(tf.tensor1d(layer.bias ?? new Float32Array(outputs)), group);
          return filters.flatMap((filter, index) => [filter, biases[index] as Tensor]);
        }
        case 'innerProduct': {
          const { outputs } = layer;
          const weights = tf.tensor4d(floatWeights(layer), [outputs, channels, height, width]);
          const matrix = tf.reshape(tf.transpose(weights, [2, 3, 1, 0]), [-1, outputs]);
          return [matrix, tf.tensor1d(layer.bias ?? new Float32Array(outputs))];
        }
        case 'scale':
          return [tf.tensor1d(layer.gamma), ...(layer.beta ? [tf.tensor1d(layer.beta)] : [])];
        default:
          return [];
      }
    });
  }

  /** [count, length] as one pixel of many channels. */
  private planes(value: Tensor): Tensor4D {
    if (value.rank === 4) return value as Tensor4D;
    return this.tf.reshape(value, [value.shape[0] ?? 1, 1, 1, -1]);
  }

  /** Channels outermost, as Caffe has them. */
  private planar(value: Tensor): Tensor {
    return value.rank === 4 ? this.tf.transpose(value, [0, 3, 1, 2]) : value;
  }

  private isRectified({ name, type }: FloatLayer): boolean {
    const [reader] = this.graph.layers.filter((layer) => this.reads(layer, name));
    return (type === 'convolution' || type === 'innerProduct') && reader !== undefined && this.isFusedReluOf(reader);
  }

  /** Whether a layer is a ReLU that the layer with weights before it does too. */
  private isFusedReluOf(layer: FloatLayer): boolean {
    if (layer.type !== 'relu' || layer.negativeSlope !== 0) return false;
    const [input = ''] = layer.inputs;
    const before = this.graph.layers.find(({ name }) => name === input);
    const readers = this.graph.layers.filter(({ inputs }) => inputs.includes(input));
    const isWeighted = before?.type === 'convolution' || before?.type === 'innerProduct';
    return isWeighted && readers.length === 1 && input !== this.output;
  }

  private reads({ inputs }: FloatLayer, value: string): boolean {
    return inputs.some((name) => this.resolve(name) === value);
  }

  private resolve(value: string): string {
    return this.aliases.get(value) ?? value;
  }
}

type Size = [number, number];
type ExplicitPadding = [Size, Size, Size, Size];
