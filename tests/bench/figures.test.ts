import { expect, it } from 'vitest';
import { type Candidate, nameOf } from '../../src/bench/candidate.ts';
import type { EndToEndResult } from '../../src/bench/end-to-end/end-to-end-race.ts';
import { type PictureCandidate, pictureCandidates } from '../../src/bench/end-to-end/picture-candidate.ts';
import { rooflinePlace } from '../../src/bench/roofline.ts';
import { quantile, summarize } from '../../src/bench/statistics.ts';
import {
  candidatesOf,
  FLOAT_TARGETS,
  PEAK_TARGET,
  PICTURE_PART_TARGETS,
  PICTURE_TARGETS,
  picturePartResult,
  pictureResults,
  shareResult,
  speedResult,
  WASM_TARGETS,
} from '../../src/bench/targets.ts';

it('interpolates quantiles between neighbours', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([5], 0.95)).toBe(5);
  expect(quantile([], 0.5)).toBeNaN();
  expect(summarize([1, 2, 3, 4, 5])).toEqual({ count: 5, best: 1, p5: 1.2, median: 3, p95: 4.8 });
});

it('gives each candidate of the targets a unique name', () => {
  const names = candidatesOf(WASM_TARGETS).map(nameOf);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toHaveLength(9);
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

const CANVAS_TARGET = PICTURE_TARGETS.find(({ key }) => key === 'canvas') as (typeof PICTURE_TARGETS)[number];

/** Returns a result for a candidate whose pictures all take the same time. */
function pictureResult(candidate: PictureCandidate, milliseconds: number): EndToEndResult {
  return { candidate, name: nameOf(candidate), picture: 'canvas-vga', time: summarize([milliseconds]) };
}

it('compares the time to a label with the fastest other engine, for each kind of picture', () => {
  const { own, peers } = CANVAS_TARGET;
  const results = [
    pictureResult(own, 10),
    ...peers.map((peer, index) => pictureResult(peer as PictureCandidate, 60 - 10 * index)),
  ];
  const [vga, hd] = pictureResults(CANVAS_TARGET, results);
  expect(vga).toMatchObject({
    measured: 5,
    bestRatio: 5,
    isMet: true,
    title: expect.stringContaining('against LiteRT.js'),
  });
  expect(hd).toMatchObject({ isMet: false });
  expect(hd).not.toHaveProperty('measured');
});

it('evaluates parts of the time to a label', () => {
  const [target] = PICTURE_PART_TARGETS;
  if (!target) throw new Error('PICTURE_PART_TARGETS is empty.');
  const parts = { network: 10, preprocess: target.maximum, overhead: 1 };
  const result = { ...pictureResult(target.own, 20), parts };
  expect(picturePartResult(target, [result])).toMatchObject({ measured: target.maximum, unit: 'ms', isMet: true });
  expect(picturePartResult(target, [])).toMatchObject({ isMet: false });
});

it('lets int8 networks on WebAssembly compete from a picture to a label', () => {
  const liteRt = { engine: 'LiteRT.js', backend: 'wasm', form: 'int8-twin' } as const;
  const others: readonly Candidate[] = [
    { ...liteRt, form: 'float-twin' },
    { engine: 'onnxruntime-web', backend: 'webgpu', form: 'int8-twin' },
    { engine: 'tfjs', backend: 'wasm', form: 'float-twin' },
    { engine: 'hwgq-web', backend: 'reference' },
  ];
  expect(pictureCandidates([...others, liteRt])).toEqual([liteRt]);
});

it('names the targets of ordinary convolutions apart from those of the network', () => {
  const [target] = FLOAT_TARGETS;
  if (!target) throw new Error('FLOAT_TARGETS is empty.');
  expect(speedResult(target, [], '3×3: ').title).toMatch(/^3×3: hwgq-web/);
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
