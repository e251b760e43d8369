import { batchNormStatistics } from '../graph/batch-norm.ts';
import type { BatchNormLayer, ScaleLayer } from '../graph/graph.ts';
import type { FloatEpilogue } from './plan.ts';

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
    return this.followedBy(
      affine(
        (x, channel) => x * at(factor, channel),
        (channel) => at(factor, channel),
        () => 0,
      ),
    );
  }

  /** Multiplies all channels by one factor. */
  timesUnit(unit: number): ChannelFunction {
    return this.followedBy(
      affine(
        (x) => x * unit,
        () => unit,
        () => 0,
      ),
    );
  }

  /** Adds one number a channel. */
  plus(offset: ArrayLike<number>): ChannelFunction {
    return this.followedBy(
      affine(
        (x, channel) => x + at(offset, channel),
        () => 1,
        (channel) => at(offset, channel),
      ),
    );
  }

  normalized(layer: BatchNormLayer): ChannelFunction {
    const { mean, variance } = batchNormStatistics(layer);
    const deviation = (channel: number) => Math.sqrt(at(variance, channel) + layer.epsilon);
    return this.followedBy(
      affine(
        (x, channel) => (x - at(mean, channel)) / deviation(channel),
        (channel) => 1 / deviation(channel),
        (channel) => -at(mean, channel) / deviation(channel),
      ),
    );
  }

  scaled({ gamma, beta }: ScaleLayer): ChannelFunction {
    const product = this.times(gamma);
    return beta ? product.plus(beta) : product;
  }

  /** A ReLU. */
  rectified(negativeSlope: number): ChannelFunction {
    return this.followedBy({
      kind: 'bend',
      apply: (x) => (x > 0 ? x : x * negativeSlope),
      negativeSlope,
      lowest: Number.NEGATIVE_INFINITY,
      highest: Number.POSITIVE_INFINITY,
    });
  }

  /** Holds values between two bounds. */
  clamped(lowest: number, highest: number): ChannelFunction {
    const apply = (x: number) => Math.max(lowest, Math.min(highest, x));
    return this.followedBy({ kind: 'bend', apply, negativeSlope: 1, lowest, highest });
  }

  /** This function, then another. */
  andThen(next: ChannelFunction): ChannelFunction {
    return new ChannelFunction([...this.operations, ...next.operations]);
  }

  /** The function of the channels from `first` on, counted from 0. */
  fromChannel(first: number): ChannelFunction {
    if (first === 0) return this;
    return new ChannelFunction(
      this.operations.map((operation) =>
        operation.kind === 'bend'
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
    for (const operation of this.operations) y = operation.apply(y, channel);
    return y;
  }

  /** An argument for which the function gives `y`, but for rounding, and for bends on the way, which are left out. */
  roughArgument(y: number, channel: number): number {
    return this.operations.reduceRight(
      (x, operation) => (operation.kind === 'bend' ? x : (x - operation.offset(channel)) / operation.factor(channel)),
      y,
    );
  }

  /** Whether the function rises (1), falls (−1) or is constant (0) in a channel. */
  direction(channel: number): -1 | 0 | 1 {
    let direction = 1;
    for (const operation of this.operations) {
      if (operation.kind === 'affine') direction *= Math.sign(operation.factor(channel));
    }
    return direction > 0 ? 1 : direction < 0 ? -1 : 0;
  }

  /** Whether no channel's function turns round on its way: a ReLU of negative slope would. */
  get isMonotone(): boolean {
    return this.operations.every((operation) => operation.kind === 'affine' || operation.negativeSlope >= 0);
  }

  get isIdentity(): boolean {
    return this.operations.length === 0;
  }

  /** The function as epilogues to be applied one after the other; at least one. */
  toEpilogues(channels: number): [FloatEpilogue, ...FloatEpilogue[]] {
    const epilogues: FloatEpilogue[] = [];
    let [factor, offset] = [new Float64Array(channels).fill(1), new Float64Array(channels)];
    let isOpen = false;
    const close = (bend: Pick<FloatEpilogue, 'negativeSlope' | 'lowest' | 'highest'>) => {
      const { negativeSlope, lowest, highest } = bend;
      epilogues.push({ kind: 'floats', factor, offset, negativeSlope, lowest, highest });
      [factor, offset] = [new Float64Array(channels).fill(1), new Float64Array(channels)];
      isOpen = false;
    };
    for (const operation of this.operations) {
      if (operation.kind === 'bend') close(operation);
      else {
        isOpen = true;
        for (let channel = 0; channel < channels; channel++) {
          factor[channel] = at(factor, channel) * operation.factor(channel);
          offset[channel] = at(offset, channel) * operation.factor(channel) + operation.offset(channel);
        }
      }
    }
    if (isOpen || epilogues.length === 0) close(STRAIGHT);
    return epilogues as [FloatEpilogue, ...FloatEpilogue[]];
  }

  private followedBy(operation: Operation): ChannelFunction {
    return new ChannelFunction([...this.operations, operation]);
  }
}

const STRAIGHT = { negativeSlope: 1, lowest: Number.NEGATIVE_INFINITY, highest: Number.POSITIVE_INFINITY };

/** `apply` rounds as the interpreter does; factor and offset say the same for one multiplication and addition. */
interface Affine {
  readonly kind: 'affine';
  apply(x: number, channel: number): number;
  factor(channel: number): number;
  offset(channel: number): number;
}

interface Bend extends Pick<FloatEpilogue, 'negativeSlope' | 'lowest' | 'highest'> {
  readonly kind: 'bend';
  apply(x: number): number;
}

type Operation = Affine | Bend;

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
