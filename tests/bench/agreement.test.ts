import { expect, it } from 'vitest';
import { relativeDifference, requireAgreement } from '../../src/bench/agreement.ts';
import type { LiteRtCandidate, OnnxRuntimeCandidate } from '../../src/bench/candidate.ts';

const ORT: OnnxRuntimeCandidate = { engine: 'onnxruntime-web', backend: 'wasm', form: 'float-twin', threads: 1 };
const LITERT: LiteRtCandidate = { engine: 'LiteRT.js', backend: 'wasm', form: 'float-twin', threads: 1 };

it('rejects an engine whose scores differ from those of another one with the same network', () => {
  const others = [{ candidate: ORT, scores: [3, 4] }];
  requireAgreement({ candidate: LITERT, scores: [3, 4.001] }, others);
  expect(() => requireAgreement({ candidate: LITERT, scores: [3, 5] }, others)).toThrow(
    'Its scores differ from those of onnxruntime-web · WASM · float32 · 1 thread by 20.0%. At most 0.1% is accepted.',
  );
  expect(() => requireAgreement({ candidate: LITERT, scores: [Number.NaN, 4] }, others)).toThrow('differ');
  expect(() => requireAgreement({ candidate: LITERT, scores: [3] }, others)).toThrow('differ');
});

it('accepts the rounding of 8-bit networks, and does not compare different networks', () => {
  const [int8Ort, int8LiteRt] = [ORT, LITERT].map((candidate) => ({ ...candidate, form: 'int8-twin' }) as const);
  const others = [
    { candidate: ORT, scores: [30, 40] },
    { candidate: int8Ort as OnnxRuntimeCandidate, scores: [3, 4] },
  ];
  requireAgreement({ candidate: int8LiteRt as LiteRtCandidate, scores: [3, 4.5] }, others);
  expect(() => requireAgreement({ candidate: int8LiteRt as LiteRtCandidate, scores: [3, 6] }, others)).toThrow('40.0%');
  requireAgreement({ candidate: { engine: 'hwgq-web', backend: 'wasm' }, scores: [1, 2] }, others);
});

it('relates a difference to the size of the expected values', () => {
  expect(relativeDifference([3, 4], [3, 4])).toBe(0);
  expect(relativeDifference([6, 8], [3, 4])).toBe(1);
});
