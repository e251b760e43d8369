import { expect, it } from 'vitest';
import { nameOf } from '../../src/bench/contestant.ts';
import { summarize } from '../../src/bench/statistics.ts';
import { TABLE_CONTESTANTS, tableText } from './table.ts';

it('the table of all networks says why an engine gave no time', () => {
  const results = TABLE_CONTESTANTS.map((contestant, index) => {
    const result = { contestant, name: nameOf(contestant) };
    return contestant.engine === 'tfjs'
      ? { ...result, failure: 'out of memory | at 0\nstack' }
      : { ...result, latency: summarize([index + 1]) };
  });
  const [row] = tableText('2 × Processor', [
    {
      format: 'hwgq-benchmark',
      version: 1,
      date: '2026-01-02T03:04:05.000Z',
      machine: { userAgent: 'Browser/1', cores: 2, isIsolated: true },
      network: 'ResNet-18-HWGQ',
      results,
      examinations: [],
      firstLabels: [],
      downloads: [{ name: 'hwgq-web', libraryBytes: 1, modelBytes: 2_550_000 }],
    },
  ])
    .split('\n')
    .filter((line) => line.startsWith('| ResNet'));
  expect(row).toBe(
    '| ResNet-18-HWGQ | 2.55 MB | 1.0 | 2.0 | 3.0 | 4.0 | 5.0 | 6.0 | failed: out of memory / at 0 | 4.0× |',
  );
});
