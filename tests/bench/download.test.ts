import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DOWNLOAD_BAR } from '../../src/bench/bars.ts';
import type { DownloadSizes } from '../../src/bench/download-sizes.ts';

it('an embedder downloads no more than the bar allows', () => {
  const sizes = JSON.parse(readFileSync('dist/site/downloads.json', 'utf8')) as DownloadSizes;
  expect(sizes['hwgq-web']).toBeGreaterThan(0);
  expect(sizes['hwgq-web']).toBeLessThanOrEqual(DOWNLOAD_BAR.atMost);
});
