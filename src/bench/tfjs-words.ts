import type { Tensor } from '@tensorflow/tfjs-core';
import { HwgqError } from '../errors.ts';
import type { TensorFlow } from './tensorflow.ts';

/**
 * A whole number of more bits than float32 holds, as the exact export sums it in float64, which tfjs does not have: words
 * of whole numbers, lowest first. All but the highest are at least 0 and below the base once words have been carried.
 */
export type Words = readonly Tensor[];

/** How often each word of a number counts: a base's powers, times the first. */
export type Places = readonly number[];

/**
 * @throws HwgqError `unsupported` where words of these places cannot be carried: levels that are no multiples of each other have such.
 */
export function baseOf(places: Places): number {
  const [first = 1, second = first] = places;
  const base = second / first;
  if (places.every((place, index) => place === first * base ** index)) return base;
  throw new HwgqError(
    'unsupported',
    `tfjs has no float64, and sums that count ${places.join(', ')} times are not put together without. Run the float twin.`,
  );
}

/** Numbers side by side, carried into each other. */
export function joined(tf: TensorFlow, low: Words, high: Words, base: number): Words {
  const words = [...low, ...high].map((word) => tf.clone(word));
  for (let index = 0; index + 1 < words.length; index++) {
    const [word, next] = words.slice(index) as [Tensor, Tensor];
    const carry = tf.floor(tf.mul(word, 1 / base));
    words[index] = tf.sub(word, tf.mul(carry, base));
    words[index + 1] = tf.add(next, carry);
  }
  return words;
}

/** Thresholds as words: a whole number exceeds one where it exceeds the whole number below it. */
export function thresholdWords(thresholds: ArrayLike<number>, places: Places): readonly Float32Array[] {
  const base = baseOf(places);
  const [first = 1] = places;
  let rest = Array.from(thresholds, (threshold) => Math.floor(threshold / first));
  return places.map((_, index) => {
    if (index === places.length - 1) return Float32Array.from(rest);
    const carries = rest.map((value) => Math.floor(value / base));
    const word = rest.map((value, at) => (Number.isFinite(value) ? value - base * (carries[at] as number) : 0));
    rest = carries;
    return Float32Array.from(word);
  });
}

/** Where a number exceeds a threshold: as the sign of their difference, which no rounding changes. */
export function exceeds(tf: TensorFlow, words: Words, threshold: readonly Tensor[], base: number): Tensor {
  const differences = words.map((word, index) => tf.sub(word, threshold[index] as Tensor));
  const difference = differences.reduceRight((higher, lower) => tf.add(tf.mul(higher, base), lower));
  return tf.step(difference);
}

/** The number in float32, rounded. */
export function rounded(tf: TensorFlow, words: Words, places: Places): Tensor {
  const parts = words.map((word, index) => tf.mul(word, places[index] as number));
  return parts.reduceRight((sum, part) => tf.add(sum, part));
}
