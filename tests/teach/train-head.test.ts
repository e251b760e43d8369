import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crossEntropy, type Problem, parameterCount } from '../../src/teach/softmax-regression.ts';
import { type LinearHead, type TaughtClass, trainHead } from '../../src/teach/train-head.ts';
import { randomNumbers } from '../support/small-graph.ts';

const feature = fc.double({ min: -3, max: 3, noNaN: true });

const problems: fc.Arbitrary<Problem> = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 4 }), fc.integer({ min: 4, max: 9 }))
  .chain(([length, classes, count]) =>
    fc.record({
      features: fc.array(
        fc.array(feature, { minLength: length, maxLength: length }).map((values) => Float64Array.from(values)),
        { minLength: count, maxLength: count },
      ),
      classOf: fc.constant(Array.from({ length: count }, (_, example) => example % classes)),
      classes: fc.constant(classes),
      weightDecay: fc.constantFrom(0, 0.01, 1),
    }),
  );

it('computes the same gradient as finite differences', () => {
  const step = 1e-5;
  fc.assert(
    fc.property(problems, fc.integer({ min: 1 }), (problem, seed) => {
      const random = randomNumbers(seed);
      const point = Float64Array.from({ length: parameterCount(problem) }, () => random() * 2 - 1);
      const { gradient } = crossEntropy(problem, point);
      for (const index of point.keys()) {
        const valueAt = (shift: number) =>
          crossEntropy(
            problem,
            point.map((value, at) => (at === index ? value + shift : value)),
          ).value;
        expect(gradient[index]).toBeCloseTo((valueAt(step) - valueAt(-step)) / (2 * step), 6);
      }
    }),
    { numRuns: 50 },
  );
});

it('learns the same head from examples in any order, and an identical one from the same order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1 }), (seed) => {
      const taught = clusters(seed, 3, 6, 8);
      const head = trainHead(taught);
      const reversed = taught.map((one) => ({ ...one, examples: one.examples.toReversed() }));
      expectSame(trainHead(reversed), head);
      expect(trainHead(taught)).toEqual(head);
    }),
    { numRuns: 20 },
  );
});

it('learns the same from a feature in other units, and ignores a constant feature', () => {
  const taught = clusters(7, 2, 10, 4);
  const head = trainHead(taught);
  const other = taught.map(({ label, examples }) => ({
    label,
    examples: examples.map((values) => Float32Array.of(...values.map((value) => value * 64 - 3), 5)),
  }));
  const { weights, bias } = trainHead(other);
  for (const [output] of taught.entries()) {
    expect(weights[output * 5 + 4]).toBe(0);
    for (let at = 0; at < 4; at++)
      expect(weights[output * 5 + at]).toBeCloseTo((head.weights[output * 4 + at] ?? 0) / 64, 4);
  }
  const [example] = taught[0]?.examples ?? [];
  const [same] = other[0]?.examples ?? [];
  const before = logits(head, example ?? new Float32Array());
  for (const [output, logit] of logits({ weights, bias }, same ?? new Float32Array()).entries()) {
    expect(logit).toBeCloseTo(before[output] ?? 0, 2);
  }
});

it('classifies unseen examples of separate clusters', () => {
  const drawn = clusters(3, 4, 30, 20);
  const taught = drawn.map(({ label, examples }) => ({ label, examples: examples.slice(0, 10) }));
  const unseen = drawn.map(({ label, examples }) => ({ label, examples: examples.slice(10) }));
  expect(errorsOf(trainHead(taught), unseen)).toBe(0);
});

it('weighs a class with one example like a class with many', () => {
  const many = Array.from({ length: 50 }, () => Float32Array.of(0, 1));
  const head = trainHead([
    { label: 'many', examples: many },
    { label: 'one', examples: [Float32Array.of(1, 0)] },
  ]);
  const [a = 0, b = 0] = logits(head, Float32Array.of(0.5, 0.5));
  const [c = 0, d = 0] = logits(head, Float32Array.of(1, 0));
  expect(d - c).toBeGreaterThan(1);
  expect(Math.abs(a - b)).toBeLessThan(d - c);
});

it.each([
  [[], /number of classes is 0/],
  [[{ label: 'a', examples: [Float32Array.of(1)] }], /number of classes is 1/],
  [clusters(1, 2, 1, 2).map((one) => ({ ...one, label: 'same' })), /Two classes have the label “same”/],
  [clusters(1, 2, 1, 2).map((one) => ({ ...one, label: ' ' })), /label of a class is empty/],
  [clusters(1, 2, 0, 2), /no examples/],
  [[...clusters(1, 1, 1, 2), { label: 'b', examples: [Float32Array.of(1)] }], /1 features/],
  [[...clusters(1, 1, 1, 2), { label: 'b', examples: [Float32Array.of(1, Number.NaN)] }], /not finite/],
])('rejects invalid classes: %#', (classes: readonly TaughtClass[], message) => {
  expect(() => trainHead(classes)).toThrow(message);
});

/** Returns `count` random points around a random center for each class. */
function clusters(seed: number, classes: number, count: number, length: number): TaughtClass[] {
  const random = randomNumbers(seed);
  return Array.from({ length: classes }, (_, label) => {
    const center = Array.from({ length }, () => random() * 4);
    const examples = Array.from({ length: count }, () => Float32Array.from(center, (value) => value + random()));
    return { label: String(label), examples };
  });
}

function logits({ weights, bias }: LinearHead, features: Float32Array): number[] {
  return Array.from(bias, (offset, output) =>
    features.reduce((sum, value, at) => sum + value * (weights[output * features.length + at] ?? 0), offset),
  );
}

/** Counts the examples that a head misclassifies. */
function errorsOf(head: LinearHead, classes: readonly TaughtClass[]): number {
  const predicted = (features: Float32Array) => {
    const all = logits(head, features);
    return all.indexOf(Math.max(...all));
  };
  return classes.flatMap((one, label) => one.examples.filter((features) => predicted(features) !== label)).length;
}

function expectSame(seen: LinearHead, wanted: LinearHead): void {
  for (const [index, weight] of wanted.weights.entries()) expect(seen.weights[index]).toBeCloseTo(weight, 3);
  for (const [index, bias] of wanted.bias.entries()) expect(seen.bias[index]).toBeCloseTo(bias, 3);
}
