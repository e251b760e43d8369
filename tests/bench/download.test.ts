import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DOWNLOAD_BAR } from '../../src/bench/bars.ts';

it('keeps what an embedder downloads under its bar', () => {
  // The build has counted it.
  const { 'hwgq-web': bytes } = JSON.parse(readFileSync('dist/site/downloads.json', 'utf8'));
  expect(bytes).toBeLessThanOrEqual(DOWNLOAD_BAR.atMost);
});
