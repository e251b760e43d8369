import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { HwgqError } from '../errors.ts';
import { type Attribute, DATA_TYPE, type OnnxConstant, type OnnxNode } from '../tools/onnx/graph-writer.ts';
import type { TensorFlow } from './tensorflow.ts';
import { baseOf, concatenated, exceeds, type LimbScales, type Limbs, thresholdLimbs, toFloat32 } from './tfjs-limbs.ts';

/**
 * A value of shape [count, height, width, channels] or [count, length]. Integers that are too large for float32 are stored
 * as limbs.
 */
export type Value = Tensor | Limbs;

type Operation = (values: readonly Value[]) => Value;
type Pair = [number, number];
type ExplicitPadding = [Pair, Pair, Pair, Pair];

/** Translates the operators of exported networks to tfjs operations. */
export class TfjsOperators {
  /** Constants on the backend, freed by `dispose`. */
  readonly #uploaded: Tensor[] = [];
  /** Scales of the values that are limbs. */
  readonly #scales = new Map<string, LimbScales>();
  readonly #tf: TensorFlow;
  readonly #constants: ReadonlyMap<string, OnnxConstant>;

  constructor(tf: TensorFlow, constants: ReadonlyMap<string, OnnxConstant>) {
    this.#tf = tf;
    this.#constants = constants;
  }

  /**
   * Returns the operation of a node, a function of the inputs that are not constants.
   * @param inputs the names of these inputs.
   * @param isRectified whether the operation includes the ReLU after the node.
   * @throws HwgqError `unsupported` if the node has no translation.
   */
  operation(node: OnnxNode, inputs: readonly string[], isRectified: boolean): Operation {
    const tf = this.#tf;
    const scales = inputs.map((name) => this.#scales.get(name));
    if (scales.some(Boolean)) return this.#wideOperation(node, scales);
    const { operator, attributes } = node;
    const activation = isRectified ? 'relu' : 'linear';
    switch (operator) {
      case 'Conv':
        return this.#convolution(node, activation);
      case 'Gemm': {
        const [b, bias] = this.#matrix(node);
        return onTensors((a) => tf.fused.matMul({ a: a as Rank2, b, bias, activation }));
      }
      case 'MaxPool':
      case 'AveragePool':
        return this.#pooling(node);
      case 'Cast': {
        if (attributes.to === DATA_TYPE.float64) {
          this.#scales.set(node.output, [1]);
          return onTensors((value) => [tf.clone(value)]);
        }
        const type = attributes.to === DATA_TYPE.int32 ? 'int32' : 'float32';
        return onTensors((value) => tf.cast(value, type));
      }
      case 'Gather': {
        const table = this.#operand(node.inputs[0] ?? '');
        return onTensors((indices) => tf.gather(table, indices as Rank1));
      }
      case 'BatchNormalization': {
        const [gamma, beta] = node.inputs.slice(1).map((name) => this.#operand(name)) as [Tensor, Tensor];
        return onTensors((value) => tf.add(tf.mul(value, gamma), beta));
      }
      case 'Clip': {
        const [lowest = 0, highest = 0] = node.inputs.slice(1).map((name) => Number(this.#constant(name).values[0]));
        return onTensors((value) => tf.clipByValue(value, lowest, highest));
      }
      case 'LeakyRelu': {
        const slope = (attributes.alpha as { readonly float: number }).float;
        return onTensors((value) => tf.leakyRelu(value, slope));
      }
      case 'Reshape': {
        const [, ...shape] = Array.from(this.#constant(node.inputs[1] ?? '').values, Number);
        return onTensors((value) => fromPlanar(tf, planar(tf, value), shape));
      }
      case 'Flatten':
        return onTensors((value) => tf.reshape(planar(tf, value), [value.shape[0] ?? 1, -1]));
      case 'Relu':
        return onTensors((value) => tf.relu(value));
      case 'Round':
        return onTensors((value) => tf.round(value));
      case 'Softmax':
        return onTensors((value) => tf.softmax(value));
      case 'Concat':
        return onTensors((...values) => tf.concat(values, (values[0]?.rank ?? 1) - 1));
      case 'Identity':
        return onTensors((value) => tf.clone(value));
      default:
        return this.#elementwise(node);
    }
  }

  dispose(): void {
    this.#tf.dispose(this.#uploaded);
  }

  #elementwise({ operator, inputs }: OnnxNode): Operation {
    const tf = this.#tf;
    // In tfjs, comparing values of different shapes is ten times slower than subtracting them.
    const greater = (value: Tensor, threshold: Tensor) => tf.step(tf.sub(value, threshold));
    const operations = { Add: tf.add, Mul: tf.mul, Div: tf.div, Pow: tf.pow, Max: tf.maximum, Greater: greater };
    if (!(operator in operations)) throw untranslated(`the operator ${operator}`);
    const operation = operations[operator as keyof typeof operations];
    const operands = inputs.map((name) => (this.#constants.has(name) ? this.#operand(name) : undefined));
    return onTensors((...values) => {
      const given = values.values();
      const [first, second] = operands.map((operand) => operand ?? (given.next().value as Tensor)) as [Tensor, Tensor];
      return operation(first, second);
    });
  }

  /** Returns the operation of a node with float64 inputs. */
  #wideOperation({ operator, inputs, output }: OnnxNode, scales: readonly (LimbScales | undefined)[]): Operation {
    const tf = this.#tf;
    const [first = [], second = []] = scales;
    const constant = inputs.find((name) => this.#constants.has(name)) ?? '';
    switch (operator) {
      case 'Greater': {
        const { values, dimensions } = this.#constant(constant);
        const limbs = thresholdLimbs(values as Float64Array, first);
        const threshold = limbs.map((limb) => this.#tensor({ values: limb, dimensions }));
        return onLimbs((sum) => exceeds(tf, sum, threshold, baseOf(first)));
      }
      case 'Add': {
        const all = [...first, ...second];
        const base = baseOf(all);
        this.#scales.set(output, all);
        return onLimbs((low, high) => concatenated(tf, low, high, base));
      }
      case 'Mul': {
        const times = Number(this.#constant(constant).values[0]);
        this.#scales.set(
          output,
          first.map((scale) => scale * times),
        );
        return onLimbs((sum) => sum.map((limb) => tf.clone(limb)));
      }
      case 'Cast':
        return onLimbs((sum) => toFloat32(tf, sum, first));
      default:
        throw untranslated(`the operator ${operator} on float64`);
    }
  }

  #convolution({ inputs, attributes }: OnnxNode, activation: 'relu' | 'linear'): Operation {
    const tf = this.#tf;
    const group = Number(attributes.group);
    const { values, dimensions } = this.#constant(inputs[1] ?? '');
    const [outputs = 0] = dimensions;
    const bias = inputs[2] ? (this.#constant(inputs[2]).values as Float32Array) : new Float32Array(outputs);
    const [filters, biases] = tf.tidy(() => {
      const weights = tf.tensor4d(values as Float32Array, dimensions as [number, number, number, number]);
      return [tf.split(tf.transpose(weights, [2, 3, 1, 0]), group, 3), tf.split(tf.tensor1d(bias), group)] as const;
    });
    this.#uploaded.push(...filters, ...biases);
    const [top = 0, left = 0, bottom = 0, right = 0] = list(attributes.pads, []);
    const options = {
      strides: list(attributes.strides, [1, 1]) as Pair,
      pad: [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ] as ExplicitPadding,
      dilations: list(attributes.dilations, [1, 1]) as Pair,
      activation,
    };
    return onTensors((value) => {
      const groups: readonly Tensor4D[] = group === 1 ? [value as Tensor4D] : tf.split(value as Tensor4D, group, 3);
      const results = groups.map((x, index) => {
        const [filter, bias] = [filters[index] as Tensor4D, biases[index] as Tensor];
        return tf.fused.conv2d({ x, filter, bias, ...options });
      });
      return results.length === 1 ? (results[0] as Tensor) : tf.concat(results as Tensor4D[], 3);
    });
  }

  #matrix({ inputs }: OnnxNode): [Rank2, Tensor] {
    const tf = this.#tf;
    const { values, dimensions } = this.#constant(inputs[1] ?? '');
    const [outputs = 0] = dimensions;
    const uploaded = tf.tidy(() => {
      const weights = tf.tensor2d(values as Float32Array, dimensions as Pair);
      const bias = inputs[2] ? (this.#constant(inputs[2]).values as Float32Array) : new Float32Array(outputs);
      return [tf.transpose(weights), tf.tensor1d(bias)] as [Rank2, Tensor];
    });
    this.#uploaded.push(...uploaded);
    return uploaded;
  }

  #pooling({ operator, attributes }: OnnxNode): Operation {
    const tf = this.#tf;
    const size = list(attributes.kernel_shape, []) as Pair;
    const strides = list(attributes.strides, [1, 1]) as Pair;
    const [top = 0, left = 0, bottom = 0, right = 0] = list(attributes.pads, []);
    const padding: ExplicitPadding = [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ];
    if (operator === 'MaxPool') return onTensors((value) => tf.maxPool(value as Tensor4D, size, strides, padding));
    // The export's averages include padding, and those of tfjs do not.
    const isPadded = top + left + bottom + right > 0;
    return onTensors((value) => {
      const padded = isPadded ? tf.pad(value as Tensor4D, padding) : (value as Tensor4D);
      return tf.avgPool(padded, size, strides, 'valid');
    });
  }

  #operand(name: string): Tensor {
    return this.#tensor(this.#constant(name));
  }

  /** Uploads a constant. Four dimensions are transposed from [1, channels, height, width] to the layout of values. */
  #tensor({ values, dimensions }: OnnxConstant): Tensor {
    const tf = this.#tf;
    const uploaded = tf.tidy(() => {
      const tensor = tf.tensor(Float32Array.from(values as ArrayLike<number>), [...dimensions]);
      return dimensions.length === 4 ? tf.transpose(tensor, [0, 2, 3, 1]) : tensor;
    });
    this.#uploaded.push(uploaded);
    return uploaded;
  }

  #constant(name: string): OnnxConstant {
    const constant = this.#constants.get(name);
    if (constant) return constant;
    throw untranslated(`the computed input '${name}', which must be a constant,`);
  }
}

type Rank1 = ReturnType<TensorFlow['tensor1d']>;
type Rank2 = ReturnType<TensorFlow['tensor2d']>;

/** Transposes a value to the planar layout of exports: [count, channels, height, width]. */
export function planar(tf: TensorFlow, value: Tensor): Tensor {
  if (value.rank !== 4) return value;
  const [count = 1, height, width, channels = 1] = value.shape;
  return height === 1 && width === 1 ? tf.reshape(value, [count, channels, 1, 1]) : tf.transpose(value, [0, 3, 1, 2]);
}

/** Reshapes a planar value and transposes it to [count, height, width, channels]. */
function fromPlanar(tf: TensorFlow, value: Tensor, shape: readonly number[]): Tensor {
  const reshaped = tf.reshape(value, [value.shape[0] ?? 1, ...shape]);
  return shape.length === 3 ? tf.transpose(reshaped, [0, 2, 3, 1]) : reshaped;
}

function untranslated(what: string): HwgqError {
  return new HwgqError('unsupported', `The benchmark has no translation to tfjs for ${what}. Leave tfjs out.`);
}

function onTensors(operation: (...values: Tensor[]) => Value): Operation {
  return (values) => operation(...(values as Tensor[]));
}

function onLimbs(operation: (...values: Limbs[]) => Value): Operation {
  return (values) => operation(...(values as Limbs[]));
}

function list(attribute: Attribute | undefined, fallback: readonly number[]): readonly number[] {
  return Array.isArray(attribute) ? attribute : fallback;
}
