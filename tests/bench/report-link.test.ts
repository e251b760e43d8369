import { deflateSync } from 'fflate';
import { expect, it } from 'vitest';
import type { BenchmarkReport } from '../../src/bench/report.ts';
import { parseReport, reportFragment, reportOfFragment } from '../../src/bench/report-link.ts';
import { summarize } from '../../src/bench/statistics.ts';

const REPORT: BenchmarkReport = {
  format: 'hwgq-benchmark',
  version: 3,
  date: '2026-01-02T03:04:05.000Z',
  machine: { userAgent: 'Browser/1 – “quoted”', cores: 8, isIsolated: true, dotProduct: 'none' },
  network: 'ResNet-18-HWGQ',
  endToEnd: [
    {
      candidate: { engine: 'hwgq-web', backend: 'wasm', threads: 1 },
      name: 'hwgq-web · WASM · 1 thread',
      picture: 'canvas-720p',
      time: summarize([14, 15]),
      parts: { network: 12, preprocess: 1, overhead: 0.2 },
    },
    {
      candidate: { engine: 'MediaPipe', backend: 'wasm', form: 'int8-twin' },
      name: 'MediaPipe · WASM · int8 · 1 thread',
      picture: 'jpeg-12mp',
      failure: 'out of memory',
    },
  ],
  results: [
    {
      candidate: { engine: 'hwgq-web', backend: 'wasm', simd: 'relaxed', threads: 1 },
      name: 'hwgq-web · WASM · relaxed SIMD · 1 thread',
      latency: summarize([3, 1, 2]),
    },
  ],
  profiles: [],
  firstLabels: [],
  downloads: [],
};

function fragmentOf(content: string): string {
  return `#result=${Buffer.from(deflateSync(new TextEncoder().encode(content))).toString('base64url')}`;
}

/** Returns the report with additional properties in its result. */
function withResult(more: object): object {
  return { ...REPORT, results: REPORT.results.map((result) => ({ ...result, ...more })) };
}

/** Returns the report with other properties in its times from a picture to a label. */
function withPicture(more: object): object {
  return { ...REPORT, endToEnd: REPORT.endToEnd.map((result) => ({ ...result, ...more })) };
}

it('restores a report from a link', () => {
  const fragment = reportFragment(REPORT);
  expect(fragment).toMatch(/^#result=[\w-]+$/);
  expect(reportOfFragment(`https://example.org/benchmark.html${fragment}`)).toEqual(REPORT);
});

it('restores a report from JSON', () => {
  expect(parseReport(JSON.stringify(REPORT, null, 2))).toEqual(REPORT);
});

it('finds no report in another fragment', () => {
  expect(reportOfFragment('#top')).toBeUndefined();
});

it.each([
  ['truncated', reportFragment(REPORT).slice(0, -20)],
  ['not base64', '#result=%%%'],
  ['not JSON', fragmentOf('hello')],
  ['another format', fragmentOf('{"format":"other"}')],
  ['another version', fragmentOf(JSON.stringify({ ...REPORT, version: 4 }))],
  [
    'a time that is a string',
    fragmentOf(JSON.stringify({ ...REPORT, results: [{ name: 'x', latency: { median: '1' } }] })),
  ],
  ['an unknown kind of picture', fragmentOf(JSON.stringify(withPicture({ picture: '__proto__' })))],
  ['parts without times', fragmentOf(JSON.stringify(withPicture({ parts: {} })))],
  ['a start without times', fragmentOf(JSON.stringify(withResult({ started: {} })))],
  ['a failure that is not a string', fragmentOf(JSON.stringify(withResult({ failure: {} })))],
  ['a candidate that is not an object', fragmentOf(JSON.stringify(withResult({ candidate: 'hwgq-web' })))],
  ['too large', fragmentOf(' '.repeat(5_000_000))],
])('rejects a link: %s', (_, fragment) => {
  expect(() => reportOfFragment(fragment)).toThrow(expect.objectContaining({ code: 'data-format' }));
});

it('stops inflating a link at the size limit', () => {
  // The link is truncated: inflating it to its end would report that instead.
  const fragment = fragmentOf(' '.repeat(50_000_000)).slice(0, -20);
  expect(() => reportOfFragment(fragment)).toThrow('larger than 4000000 bytes');
});
