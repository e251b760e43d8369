import { batchNormStatistics } from '../graph/batch-norm.ts';
import type { BatchNormLayer, ScaleLayer } from '../graph/graph.ts';

/**
 * A function of one number for each channel, as layers between an accumulator and its quantizer make it: products,
 * sums, batch normalization, scale, ReLU. It is evaluated operation by operation in float64, in the order of the
 * layers, so that it rounds as the interpreter of the unfused graph does.
 */
export class ChannelFunction {
  private constructor(private readonly operations: readonly Operation[]) {}

  static readonly identity = new ChannelFunction([]);

  /** Multiplies by one factor a channel. */
  times(factor: ArrayLike<number>): ChannelFunction {
    return this.followedBy({
      apply: (x, channel) => x * at(factor, channel),
      factor: (channel) => at(factor, channel),
      offset: () => 0,
    });
  }

  /** Multiplies all channels by one factor. */
  timesUnit(unit: number): ChannelFunction {
    return this.followedBy({ apply: (x) => x * unit, factor: () => unit, offset: () => 0 });
  }

  /** Adds one number a channel. */
  plus(offset: ArrayLike<number>): ChannelFunction {
    return this.followedBy({
      apply: (x, channel) => x + at(offset, channel),
      factor: () => 1,
      offset: (channel) => at(offset, channel),
    });
  }

  normalized(layer: BatchNormLayer): ChannelFunction {
    const { mean, variance } = batchNormStatistics(layer);
    const deviation = (channel: number) => Math.sqrt(at(variance, channel) + layer.epsilon);
    return this.followedBy({
      apply: (x, channel) => (x - at(mean, channel)) / deviation(channel),
      factor: (channel) => 1 / deviation(channel),
      offset: (channel) => -at(mean, channel) / deviation(channel),
    });
  }

  scaled({ gamma, beta }: ScaleLayer): ChannelFunction {
    const product = this.times(gamma);
    return beta ? product.plus(beta) : product;
  }

  rectified(negativeSlope: number): ChannelFunction {
    return this.followedBy({
      apply: (x) => (x > 0 ? x : x * negativeSlope),
      factor: () => 1,
      offset: () => 0,
      negativeSlope,
    });
  }

  /** This function, then another. */
  andThen(next: ChannelFunction): ChannelFunction {
    return new ChannelFunction([...this.operations, ...next.operations]);
  }

  evaluate(x: number, channel: number): number {
    let y = x;
    for (const operation of this.operations) y = operation.apply(y, channel);
    return y;
  }

  /** Whether the function rises (1), falls (−1) or is constant (0) in a channel. */
  direction(channel: number): -1 | 0 | 1 {
    let direction = 1;
    for (const operation of this.operations) direction *= Math.sign(operation.factor(channel));
    return direction > 0 ? 1 : direction < 0 ? -1 : 0;
  }

  /** Whether a ReLU is part of it. */
  get isRectified(): boolean {
    return this.operations.some((operation) => operation.negativeSlope !== undefined);
  }

  get isIdentity(): boolean {
    return this.operations.length === 0;
  }

  /** The function as factor · x + offset and a closing slope for negative results. */
  toAffine(channels: number): { factor: Float64Array; offset: Float64Array; negativeSlope: number } {
    const factor = new Float64Array(channels).fill(1);
    const offset = new Float64Array(channels);
    for (let channel = 0; channel < channels; channel++) {
      for (const operation of this.operations) {
        factor[channel] = at(factor, channel) * operation.factor(channel);
        offset[channel] = at(offset, channel) * operation.factor(channel) + operation.offset(channel);
      }
    }
    return { factor, offset, negativeSlope: this.operations.at(-1)?.negativeSlope ?? 1 };
  }

  private followedBy(operation: Operation): ChannelFunction {
    return new ChannelFunction([...this.operations, operation]);
  }
}

interface Operation {
  apply(x: number, channel: number): number;
  /** The operation as factor · x + offset; a ReLU's own slope stands beside it. */
  factor(channel: number): number;
  offset(channel: number): number;
  readonly negativeSlope?: number;
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}
