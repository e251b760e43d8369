import { describe, expect, it } from 'vitest';
import type { Layer } from '../../src/graph/graph.ts';
import { type Moments, propagateMoments } from '../../src/reference/moments.ts';
import { HWGQ, SIGN } from '../../src/tools/networks/quantizers.ts';
import { Random } from '../../src/tools/networks/random.ts';

const base = { name: 'layer', inputs: ['data'], blob: 'layer' };
const STANDARD = moments([0], [1]);

describe('propagateMoments', () => {
  it('sums weights for each channel', () => {
    const layer: Layer = {
      ...base,
      type: 'innerProduct',
      outputs: 2,
      weights: { form: 'float32', values: Float32Array.of(1, 2, 3, -4, 1, 1, 1, 1) },
      bias: Float32Array.of(10, 0),
    };
    // Two channels of two values each.
    expectMoments(propagateMoments(layer, [moments([1, 2], [1, 10])]), moments([11, 6], [255, 22]));
  });

  it('keeps groups separate and scales by alpha', () => {
    const layer: Layer = {
      ...base,
      type: 'convolution',
      outputs: 2,
      kernel: [1, 3],
      stride: [1, 1],
      pad: [0, 0],
      dilation: [1, 1],
      group: 2,
      weights: { form: 'binary', signs: Uint8Array.of(0b001111), count: 6, alpha: Float64Array.of(0.5, 2) },
    };
    expectMoments(propagateMoments(layer, [moments([1, 2], [1, 10])]), moments([1.5, -4], [0.75, 120]));
  });

  it('propagates moments through batch normalization, scale, sum and concatenation', () => {
    const batchNorm: Layer = {
      ...base,
      type: 'batchNorm',
      meanSums: Float32Array.of(6),
      varianceSums: Float32Array.of(8),
      factor: 2,
      epsilon: 0,
    };
    expectMoments(propagateMoments(batchNorm, [moments([5], [16])]), moments([1], [4]));
    const scale: Layer = { ...base, type: 'scale', gamma: Float32Array.of(-3), beta: Float32Array.of(1) };
    expectMoments(propagateMoments(scale, [moments([1], [4])]), moments([-2], [36]));
    const two = [moments([1, 2], [3, 4]), moments([10, 20], [30, 40])];
    expectMoments(propagateMoments({ ...base, type: 'eltwise', operation: 'sum' }, two), moments([11, 22], [33, 44]));
    const difference: Layer = { ...base, type: 'eltwise', operation: 'sum', coefficients: [1, -0.5] };
    expectMoments(propagateMoments(difference, two), moments([-4, -8], [10.5, 14]));
    expectMoments(propagateMoments({ ...base, type: 'concat' }, two), moments([1, 2, 10, 20], [3, 4, 30, 40]));
  });

  it.each([
    ['hwgq', HWGQ],
    ['sign', SIGN],
  ])('quantizes a normal distribution: %s', (_, quantizer) => {
    const layer: Layer = { ...base, type: 'quant', quantizer };
    const random = new Random(1);
    const draws = Float64Array.from({ length: 200_000 }, () => 0.3 + random.normal(1.2));
    const levels = draws.map((x) => {
      if (quantizer === SIGN) return x >= 0 ? 1 : -1;
      return x > 1.345 ? 1.614 : x > 0.807 ? 1.076 : x > 0 ? 0.538 : 0;
    });
    const { mean, variance } = propagateMoments(layer, [moments([0.3], [1.44])]);
    const center = average(levels);
    expect(Math.abs((mean[0] ?? 0) - center)).toBeLessThan(0.02);
    expect(Math.abs((variance[0] ?? 0) - average(levels.map((x) => (x - center) ** 2)))).toBeLessThan(0.02);
  });

  it('gives the ReLU of a standard normal value the mean 1 / √2π', () => {
    const { mean, variance } = propagateMoments({ ...base, type: 'relu', negativeSlope: 0 }, [STANDARD]);
    expect(mean[0]).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 3);
    expect(variance[0]).toBeCloseTo(0.5 - 1 / (2 * Math.PI), 3);
  });

  it('gives the maximum of a window a larger mean and a smaller variance than its values', () => {
    const pooling = (kernel: number): Layer => ({
      ...base,
      type: 'pooling',
      method: 'max',
      kernel: [kernel, kernel],
      stride: [1, 1],
      pad: [0, 0],
    });
    const [one, two, three] = [1, 2, 3].map((kernel) => propagateMoments(pooling(kernel), [STANDARD]));
    expect(one?.mean[0]).toBeCloseTo(0, 6);
    expect(one?.variance[0]).toBeCloseTo(1, 2);
    // Order statistics of two and of three standard normal values (Teichroew, 1956).
    expect(two?.mean[0]).toBeCloseTo(1 / Math.sqrt(Math.PI), 1);
    expect(three?.mean[0]).toBeCloseTo(3 / (2 * Math.sqrt(Math.PI)), 1);
    expect(two?.variance[0]).toBeCloseTo(1 - 1 / Math.PI, 2);
  });

  it('divides the variance by the independent values of an average pooling, unless the pooling is global', () => {
    const pooling: Layer = { ...base, type: 'pooling', method: 'average', stride: [1, 1], pad: [0, 0] };
    expectMoments(propagateMoments({ ...pooling, kernel: [2, 8] }, [moments([3], [4])]), moments([3], [1]));
    expectMoments(propagateMoments(pooling, [moments([3], [4])]), moments([3], [4]));
  });

  it('keeps the moments of each channel if planes are flattened', () => {
    const reshape: Layer = { ...base, type: 'reshape', shape: [4] };
    expectMoments(propagateMoments(reshape, [moments([1, 2], [3, 4])]), moments([1, 1, 2, 2], [3, 3, 4, 4]));
    expect(propagateMoments({ ...base, type: 'dropout' }, [STANDARD])).toEqual(STANDARD);
  });

  it('rejects a layer type whose moments are unknown and names the layer', () => {
    expect(() => propagateMoments({ ...base, type: 'softmax' }, [STANDARD])).toThrow(
      expect.objectContaining({ code: 'unsupported', details: { layer: 'layer' } }),
    );
  });
});

function moments(mean: readonly number[], variance: readonly number[]): Moments {
  return { mean: Float64Array.from(mean), variance: Float64Array.from(variance) };
}

function expectMoments(seen: Moments, expected: Moments): void {
  for (const kind of ['mean', 'variance'] as const) {
    expect(seen[kind]).toHaveLength(expected[kind].length);
    for (const [channel, value] of expected[kind].entries()) expect(seen[kind][channel]).toBeCloseTo(value, 9);
  }
}

function average(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
