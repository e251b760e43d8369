import type { Tensor } from '@tensorflow/tfjs-core';
import { HwgqError } from '../errors.ts';
import type { TensorFlow } from './tensorflow.ts';

/**
 * Integers that are too large for float32, as tensors of limbs, lowest first. The exact export sums such integers in
 * float64, which tfjs does not support. After carrying, all limbs but the highest are at least 0 and less than the base.
 */
export type Limbs = readonly Tensor[];

/** The scale of each limb: the first scale times a power of the base. */
export type LimbScales = readonly number[];

/**
 * Returns the base of limbs.
 * @throws HwgqError `unsupported` if the scales are not powers of a base. Such scales come from quantizer levels that are
 *   not multiples of each other.
 */
export function baseOf(scales: LimbScales): number {
  const [first = 1, second = first] = scales;
  const base = second / first;
  if (scales.every((scale, index) => scale === first * base ** index)) return base;
  throw new HwgqError(
    'unsupported',
    `tfjs has no float64, which sums with the scales ${scales.join(', ')} need. Use the form float-twin.`,
  );
}

/** Concatenates limbs and carries. */
export function concatenated(tf: TensorFlow, low: Limbs, high: Limbs, base: number): Limbs {
  const limbs = [...low, ...high].map((limb) => tf.clone(limb));
  for (let index = 0; index + 1 < limbs.length; index++) {
    const [limb, next] = limbs.slice(index) as [Tensor, Tensor];
    const carry = tf.floor(tf.mul(limb, 1 / base));
    limbs[index] = tf.sub(limb, tf.mul(carry, base));
    limbs[index + 1] = tf.add(next, carry);
  }
  return limbs;
}

/** Splits thresholds into limbs. They are rounded down, which does not change the comparison with integers. */
export function thresholdLimbs(thresholds: ArrayLike<number>, scales: LimbScales): readonly Float32Array[] {
  const base = baseOf(scales);
  const [first = 1] = scales;
  let remainders = Array.from(thresholds, (threshold) => Math.floor(threshold / first));
  return scales.map((_, index) => {
    if (index === scales.length - 1) return Float32Array.from(remainders);
    const carries = remainders.map((value) => Math.floor(value / base));
    const limb = remainders.map((value, position) =>
      Number.isFinite(value) ? value - base * (carries[position] as number) : 0,
    );
    remainders = carries;
    return Float32Array.from(limb);
  });
}

/** Returns 1 where an integer exceeds its threshold, otherwise 0. The sign of the difference is exact despite rounding. */
export function exceeds(tf: TensorFlow, limbs: Limbs, threshold: readonly Tensor[], base: number): Tensor {
  const differences = limbs.map((limb, index) => tf.sub(limb, threshold[index] as Tensor));
  const difference = differences.reduceRight((higher, lower) => tf.add(tf.mul(higher, base), lower));
  return tf.step(difference);
}

/** Converts limbs to float32, with rounding. */
export function toFloat32(tf: TensorFlow, limbs: Limbs, scales: LimbScales): Tensor {
  const parts = limbs.map((limb, index) => tf.mul(limb, scales[index] as number));
  return parts.reduceRight((sum, part) => tf.add(sum, part));
}
