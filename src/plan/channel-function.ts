import { batchNormStatistics } from '../graph/batch-norm.ts';
import type { BatchNormLayer, ScaleLayer } from '../graph/graph.ts';
import type { FloatEpilogue } from './plan.ts';

/**
 * A function of one number for each channel, composed of the layers between an accumulator and its quantizer: products,
 * sums, batch normalization, scale and activations. It is evaluated operation by operation in float64, in the order of
 * the layers, so that it rounds as the interpreter of the unfused graph does.
 */
export class ChannelFunction {
  static readonly identity = new ChannelFunction([]);

  /** The function whose values the last operations are applied to. */
  readonly #before: ChannelFunction | undefined;
  readonly #last: readonly Operation[];
  #all: readonly Operation[] | undefined;

  private constructor(last: readonly Operation[], before?: ChannelFunction) {
    this.#last = last;
    this.#before = before;
  }

  /** All operations in order. They are joined when they are first needed: a chain of layers extends its function often. */
  get #operations(): readonly Operation[] {
    if (this.#all) return this.#all;
    const parts: (readonly Operation[])[] = [];
    let part: ChannelFunction | undefined = this;
    while (part) {
      parts.push(part.#all ?? part.#last);
      part = part.#all ? undefined : part.#before;
    }
    this.#all = parts.reverse().flat();
    return this.#all;
  }

  /** Multiplies each channel by its own factor. */
  times(factor: ArrayLike<number>): ChannelFunction {
    return this.#followedBy(
      affine(
        (x, channel) => x * at(factor, channel),
        (channel) => at(factor, channel),
        () => 0,
      ),
    );
  }

  /** Multiplies all channels by the same factor. */
  timesConstant(factor: number): ChannelFunction {
    return this.#followedBy(
      affine(
        (x) => x * factor,
        () => factor,
        () => 0,
      ),
    );
  }

  /** Adds an offset to each channel. */
  plus(offset: ArrayLike<number>): ChannelFunction {
    return this.#followedBy(
      affine(
        (x, channel) => x + at(offset, channel),
        () => 1,
        (channel) => at(offset, channel),
      ),
    );
  }

  batchNormalized(layer: BatchNormLayer): ChannelFunction {
    const { mean, variance } = batchNormStatistics(layer);
    const deviation = Float64Array.from(variance, (value) => Math.sqrt(value + layer.epsilon));
    return this.#followedBy(
      affine(
        (x, channel) => (x - at(mean, channel)) / at(deviation, channel),
        (channel) => 1 / at(deviation, channel),
        (channel) => -at(mean, channel) / at(deviation, channel),
      ),
    );
  }

  scaled({ gamma, beta }: ScaleLayer): ChannelFunction {
    const product = this.times(gamma);
    return beta ? product.plus(beta) : product;
  }

  /** Applies a ReLU, leaky if the slope is not 0. */
  rectified(negativeSlope: number): ChannelFunction {
    return this.#followedBy({
      kind: 'activation',
      apply: (x) => (x > 0 ? x : x * negativeSlope),
      negativeSlope,
      lowest: Number.NEGATIVE_INFINITY,
      highest: Number.POSITIVE_INFINITY,
    });
  }

  /** Clamps values to two bounds. */
  clamped(lowest: number, highest: number): ChannelFunction {
    const apply = (x: number) => Math.max(lowest, Math.min(highest, x));
    return this.#followedBy({ kind: 'activation', apply, negativeSlope: 1, lowest, highest });
  }

  /** Returns the composition of this function and the next one. */
  andThen(next: ChannelFunction): ChannelFunction {
    return next.isIdentity ? this : new ChannelFunction(next.#operations, this);
  }

  /** Returns the function of the channels from `first` on, renumbered from 0. */
  fromChannel(first: number): ChannelFunction {
    if (first === 0) return this;
    return new ChannelFunction(
      this.#operations.map((operation) =>
        operation.kind === 'activation'
          ? operation
          : affine(
              (x, channel) => operation.apply(x, first + channel),
              (channel) => operation.factor(first + channel),
              (channel) => operation.offset(first + channel),
            ),
      ),
    );
  }

  evaluate(x: number, channel: number): number {
    let y = x;
    for (const operation of this.#operations) y = operation.apply(y, channel);
    return y;
  }

  /** Returns an argument whose value is roughly `y`. It ignores rounding and activations. */
  approximateInverse(y: number, channel: number): number {
    return this.#operations.reduceRight(
      (x, operation) =>
        operation.kind === 'activation' ? x : (x - operation.offset(channel)) / operation.factor(channel),
      y,
    );
  }

  /** Returns 1 if the function rises in a channel, −1 if it falls, 0 if it is constant. */
  slopeSign(channel: number): -1 | 0 | 1 {
    let sign = 1;
    for (const operation of this.#operations) {
      if (operation.kind === 'affine') sign *= Math.sign(operation.factor(channel));
    }
    return sign > 0 ? 1 : sign < 0 ? -1 : 0;
  }

  /** Whether the function is monotone in every channel. A ReLU of negative slope is not. */
  get isMonotone(): boolean {
    return this.#operations.every((operation) => operation.kind === 'affine' || operation.negativeSlope >= 0);
  }

  get isIdentity(): boolean {
    return this.#last.length === 0;
  }

  /** Returns the function as one or more epilogues, to be applied in order. */
  toEpilogues(channels: number): [FloatEpilogue, ...FloatEpilogue[]] {
    const epilogues: FloatEpilogue[] = [];
    let [factor, offset] = [new Float64Array(channels).fill(1), new Float64Array(channels)];
    let isOpen = false;
    const close = ({ negativeSlope, lowest, highest }: ActivationParameters) => {
      epilogues.push({ kind: 'floats', factor, offset, negativeSlope, lowest, highest });
      [factor, offset] = [new Float64Array(channels).fill(1), new Float64Array(channels)];
      isOpen = false;
    };
    for (const operation of this.#operations) {
      if (operation.kind === 'activation') close(operation);
      else {
        isOpen = true;
        for (let channel = 0; channel < channels; channel++) {
          factor[channel] = at(factor, channel) * operation.factor(channel);
          offset[channel] = at(offset, channel) * operation.factor(channel) + operation.offset(channel);
        }
      }
    }
    if (isOpen || epilogues.length === 0) close(NO_ACTIVATION);
    return epilogues as [FloatEpilogue, ...FloatEpilogue[]];
  }

  #followedBy(operation: Operation): ChannelFunction {
    return new ChannelFunction([operation], this);
  }
}

type ActivationParameters = Pick<FloatEpilogue, 'negativeSlope' | 'lowest' | 'highest'>;

const NO_ACTIVATION: ActivationParameters = {
  negativeSlope: 1,
  lowest: Number.NEGATIVE_INFINITY,
  highest: Number.POSITIVE_INFINITY,
};

/** A linear operation. `apply` rounds as the interpreter does; factor · x + offset is the same function unrounded. */
interface Affine {
  readonly kind: 'affine';
  apply(x: number, channel: number): number;
  factor(channel: number): number;
  offset(channel: number): number;
}

/** A leaky ReLU or a clamp, the same for all channels. */
interface Activation extends ActivationParameters {
  readonly kind: 'activation';
  apply(x: number): number;
}

type Operation = Affine | Activation;

function affine(
  apply: (x: number, channel: number) => number,
  factor: (channel: number) => number,
  offset: (channel: number) => number,
): Affine {
  return { kind: 'affine', apply, factor, offset };
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}
