import type { Tensor } from '@tensorflow/tfjs-core';
import { HwgqError } from '../errors.ts';
import type { TensorFlow } from './tensorflow.ts';

/**
 * A whole number of more bits than float32 holds, as the exact export sums it in float64, which tfjs does not have: limbs
 * of whole numbers, lowest first. All but the highest are at least 0 and below the base once limbs have been carried.
 */
export type Limbs = readonly Tensor[];

/** How often each limb of a number counts: a base's powers, times the first. */
export type LimbScales = readonly number[];

/**
 * @throws HwgqError `unsupported` where limbs of these scales cannot be carried: levels that are no multiples of each other have such.
 */
export function baseOf(scales: LimbScales): number {
  const [first = 1, second = first] = scales;
  const base = second / first;
  if (scales.every((scale, index) => scale === first * base ** index)) return base;
  throw new HwgqError(
    'unsupported',
    `tfjs has no float64, and sums that count ${scales.join(', ')} times are not put together without. Run the float twin.`,
  );
}

/** Numbers side by side, carried into each other. */
export function joined(tf: TensorFlow, low: Limbs, high: Limbs, base: number): Limbs {
  const limbs = [...low, ...high].map((limb) => tf.clone(limb));
  for (let index = 0; index + 1 < limbs.length; index++) {
    const [limb, next] = limbs.slice(index) as [Tensor, Tensor];
    const carry = tf.floor(tf.mul(limb, 1 / base));
    limbs[index] = tf.sub(limb, tf.mul(carry, base));
    limbs[index + 1] = tf.add(next, carry);
  }
  return limbs;
}

/** Thresholds as limbs: a whole number exceeds one where it exceeds the whole number below it. */
export function thresholdLimbs(thresholds: ArrayLike<number>, scales: LimbScales): readonly Float32Array[] {
  const base = baseOf(scales);
  const [first = 1] = scales;
  let rest = Array.from(thresholds, (threshold) => Math.floor(threshold / first));
  return scales.map((_, index) => {
    if (index === scales.length - 1) return Float32Array.from(rest);
    const carries = rest.map((value) => Math.floor(value / base));
    const limb = rest.map((value, at) => (Number.isFinite(value) ? value - base * (carries[at] as number) : 0));
    rest = carries;
    return Float32Array.from(limb);
  });
}

/** Where a number exceeds a threshold: as the sign of their difference, which no rounding changes. */
export function exceeds(tf: TensorFlow, limbs: Limbs, threshold: readonly Tensor[], base: number): Tensor {
  const differences = limbs.map((limb, index) => tf.sub(limb, threshold[index] as Tensor));
  const difference = differences.reduceRight((higher, lower) => tf.add(tf.mul(higher, base), lower));
  return tf.step(difference);
}

/** The number in float32, rounded. */
export function rounded(tf: TensorFlow, limbs: Limbs, scales: LimbScales): Tensor {
  const parts = limbs.map((limb, index) => tf.mul(limb, scales[index] as number));
  return parts.reduceRight((sum, part) => tf.add(sum, part));
}
