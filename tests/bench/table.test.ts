import { expect, it } from 'vitest';
import { nameOf } from '../../src/bench/candidate.ts';
import { TABLE_CANDIDATES, TABLE_GPU_CANDIDATES, tablePictures, tableText } from '../../src/bench/programs/table.ts';
import { summarize } from '../../src/bench/statistics.ts';

it('prints in the table why an engine failed', () => {
  const results = [...TABLE_CANDIDATES, ...TABLE_GPU_CANDIDATES].map((candidate, index) => {
    const result = { candidate, name: nameOf(candidate) };
    return candidate.engine === 'tfjs'
      ? { ...result, failure: 'out of memory | at 0\nstack' }
      : { ...result, latency: summarize([index + 1]) };
  });
  const lines = tableText('2 × Processor', [
    {
      format: 'hwgq-benchmark',
      version: 3,
      date: '2026-01-02T03:04:05.000Z',
      machine: { userAgent: 'Browser/1', cores: 2, isIsolated: true, gpu: 'maker model' },
      network: 'ResNet-18-HWGQ',
      endToEnd: tablePictures(1).candidates.map((candidate, index) => {
        const result = { candidate, name: nameOf(candidate), picture: 'canvas-720p' } as const;
        return candidate.engine === 'LiteRT.js'
          ? { ...result, failure: 'no memory' }
          : { ...result, time: summarize([10 * (index + 1)]) };
      }),
      results,
      profiles: [],
      firstLabels: [],
      downloads: [{ name: 'hwgq-web wasm', libraryBytes: 1, modelBytes: 2_550_000 }],
    },
  ]).split('\n');
  expect(lines).toContain(
    '| ResNet-18-HWGQ | 2.55 MB | 10.0 | 20.0 | failed: no memory | 1.0 | 2.0 | 3.0 | 4.0 | 5.0 | 6.0 | 7.0 | 8.0 | 9.0 | failed: out of memory / at 0 | 4.0× / 7.0× | 11.0 | 12.0 |',
  );
  expect(lines.find((line) => line.startsWith('| network'))).toContain('WebGPU on maker model: hwgq-web');
});
