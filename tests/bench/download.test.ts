import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fetchedBy, type LibraryFile } from '../../build/plugins/downloads.ts';
import { DOWNLOAD_TARGET } from '../../src/bench/targets.ts';

it.each(['wasm', 'webgpu'])('downloads at most 60 KB gzipped on the %s path', (path) => {
  // The build counts it.
  const { [`hwgq-web ${path}`]: bytes } = JSON.parse(readFileSync('dist/site/downloads.json', 'utf8'));
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThanOrEqual(DOWNLOAD_TARGET.maximum);
});

it('counts the files of a path, and files that it does not know on every path', () => {
  const names = [
    'index',
    'worker',
    'thread-worker',
    'kernels',
    'wasm-runner',
    'proven-gpu',
    'profile',
    'reference-runner',
    'new-chunk',
  ];
  const files = names.map((name): LibraryFile => ({ name: `assets/${name}-a1.js`, bytes: 2, gzipped: 1 }));
  const namesOf = (path: 'wasm' | 'webgpu' | 'auto' | 'reference') =>
    fetchedBy(path, files).map(({ name }) => name.slice('assets/'.length, -'-a1.js'.length));
  expect(namesOf('wasm')).toEqual(['index', 'worker', 'thread-worker', 'kernels', 'wasm-runner', 'new-chunk']);
  expect(namesOf('webgpu')).toEqual(['index', 'worker', 'proven-gpu', 'new-chunk']);
  expect(namesOf('auto')).toEqual([
    'index',
    'worker',
    'thread-worker',
    'kernels',
    'wasm-runner',
    'proven-gpu',
    'new-chunk',
  ]);
  expect(namesOf('reference')).toEqual(['index', 'worker', 'reference-runner', 'new-chunk']);
});
