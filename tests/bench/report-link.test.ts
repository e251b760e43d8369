import { deflateSync } from 'fflate';
import { expect, it } from 'vitest';
import type { BenchmarkReport } from '../../src/bench/report.ts';
import { parseReport, reportFragment, reportOfFragment } from '../../src/bench/report-link.ts';
import { summarize } from '../../src/bench/statistics.ts';

const REPORT: BenchmarkReport = {
  format: 'hwgq-benchmark',
  version: 2,
  date: '2026-01-02T03:04:05.000Z',
  machine: { userAgent: 'Browser/1 – “quoted”', cores: 8, isIsolated: true },
  network: 'ResNet-18-HWGQ',
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

/** The report with something else in its one result. */
function withResult(more: object): object {
  return { ...REPORT, results: REPORT.results.map((result) => ({ ...result, ...more })) };
}

it('a link carries a whole result', () => {
  const fragment = reportFragment(REPORT);
  expect(fragment).toMatch(/^#result=[\w-]+$/);
  expect(reportOfFragment(`https://example.org/benchmark.html${fragment}`)).toEqual(REPORT);
});

it('JSON carries it too', () => {
  expect(parseReport(JSON.stringify(REPORT, null, 2))).toEqual(REPORT);
});

it('an address without a result has none', () => {
  expect(reportOfFragment('#top')).toBeUndefined();
});

it.each([
  ['cut short', reportFragment(REPORT).slice(0, -20)],
  ['no base64', '#result=%%%'],
  ['no JSON', fragmentOf('hello')],
  ['something else', fragmentOf('{"format":"other"}')],
  ['a later version', fragmentOf(JSON.stringify({ ...REPORT, version: 3 }))],
  [
    'a time that is text',
    fragmentOf(JSON.stringify({ ...REPORT, results: [{ name: 'x', latency: { median: '1' } }] })),
  ],
  ['a start that lacks its times', fragmentOf(JSON.stringify(withResult({ started: {} })))],
  ['a failure that is no text', fragmentOf(JSON.stringify(withResult({ failure: {} })))],
  ['no candidate', fragmentOf(JSON.stringify(withResult({ candidate: 'hwgq-web' })))],
  ['larger than any result', fragmentOf(' '.repeat(5_000_000))],
])('refuses a link that is %s', (_, fragment) => {
  expect(() => reportOfFragment(fragment)).toThrow(expect.objectContaining({ code: 'data-format' }));
});

it('inflates no more of a link than a result may have', () => {
  // Whoever came to its end would find it cut short.
  const fragment = fragmentOf(' '.repeat(50_000_000)).slice(0, -20);
  expect(() => reportOfFragment(fragment)).toThrow('larger than 4000000 bytes');
});
