import { expect, it } from 'vitest';
import { nameOf } from '../../src/bench/candidate.ts';
import { rooflinePlace } from '../../src/bench/roofline.ts';
import { quantile, summarize } from '../../src/bench/statistics.ts';
import { candidatesOf, PEAK_TARGET, shareResult, speedResult, WASM_TARGETS } from '../../src/bench/targets.ts';

it('interpolates quantiles between neighbours', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([5], 0.95)).toBe(5);
  expect(quantile([], 0.5)).toBeNaN();
  expect(summarize([1, 2, 3, 4, 5])).toEqual({ count: 5, best: 1, p5: 1.2, median: 3, p95: 4.8 });
});

it('gives each candidate of the targets a unique name', () => {
  const names = candidatesOf(WASM_TARGETS).map(nameOf);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toHaveLength(6);
});

it('evaluates a speed target as the ratio of medians', () => {
  const [target] = WASM_TARGETS;
  if (!target) throw new Error('WASM_TARGETS is empty.');
  const results = [
    { candidate: target.own, name: nameOf(target.own), latency: summarize([9, 10, 20]) },
    { candidate: target.peer, name: nameOf(target.peer), latency: summarize([54, 60, 61]) },
  ];
  expect(speedResult(target, results)).toMatchObject({ measured: 6, bestRatio: 6, isMet: true });
  expect(speedResult(target, results.slice(0, 1))).not.toHaveProperty('measured');
});

it('evaluates a share target over all layers of its filter size', () => {
  const step = { layer: 'conv', kind: 'binaryConvolution', bytes: 1e6, planes: 2 } as const;
  const steps = [
    { ...step, filter: [3, 3], multiplyAdds: 1e8, milliseconds: 1 },
    { ...step, filter: [3, 3], multiplyAdds: 1e8, milliseconds: 3 },
    { ...step, filter: [1, 1], multiplyAdds: 1e6, milliseconds: 9 },
    { ...step, kind: 'integerConvolution', planes: 0, filter: [3, 3], multiplyAdds: 1, milliseconds: 9 },
  ] as const;
  const layers = { steps, peaks: { binary: 1e11, integer: 1e11, bandwidth: 1e11 } };
  const profile = { candidate: PEAK_TARGET.own, name: nameOf(PEAK_TARGET.own), throughput: [] };
  expect(shareResult(PEAK_TARGET, [{ ...profile, layers }])).toMatchObject({ measured: 0.5, isMet: true });
  expect(shareResult(PEAK_TARGET, [profile])).toMatchObject({ isMet: false });
  expect(shareResult(PEAK_TARGET, [profile])).not.toHaveProperty('measured');
});

it('relates a step to the peak of its arithmetic', () => {
  const step = { layer: 'conv', bytes: 1e6, milliseconds: 1 };
  const peaks = { binary: 2e11, integer: 4e10, bandwidth: 1e10 };
  const binary = { ...step, kind: 'binaryConvolution', multiplyAdds: 1e8, planes: 2 } as const;
  expect(rooflinePlace(binary, peaks)).toEqual({ intensity: 100, rate: 1e11, operations: 4e11, ofPeak: 0.5 });
  const integer = { ...step, kind: 'integerConvolution', multiplyAdds: 1e7, planes: 0 } as const;
  expect(rooflinePlace(integer, peaks).ofPeak).toBe(0.25);
  const pooling = { ...step, kind: 'codePooling', multiplyAdds: 0, planes: 0 } as const;
  expect(rooflinePlace(pooling, peaks).ofPeak).toBe(0.1);
  expect(rooflinePlace({ ...pooling, milliseconds: 0.01 }, peaks)).not.toHaveProperty('ofPeak');
});
