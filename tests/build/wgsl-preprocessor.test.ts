import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { preprocess } from '../../build/plugins/wgsl-preprocessor.ts';
import { unrolled } from '../../src/backends/webgpu/unrolled.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hwgq-wgsl-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function shader(name: string, ...lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.join('\n'));
  return path;
}

it('inserts each included file once', () => {
  const common = shader('common.wgsl', 'fn common() {}');
  const other = shader('other.wgsl', '// #include "common.wgsl"', 'fn other() {}');
  const path = shader('main.wgsl', '// #include "common.wgsl"', '// #include "other.wgsl"', 'fn main() {}');
  const { text, files } = preprocess(path);
  expect(text).toBe('fn common() {}\nfn other() {}\nfn main() {}');
  expect([...files].sort()).toEqual([common, path, other].sort());
});

it('sets constants to the parameters of an import, and computes the bounds of unrolled loops from them', () => {
  const path = shader(
    'row.wgsl',
    'const PIXELS = 4u;',
    'const READS = (3u * (PIXELS - 1u) + 3u) / 4u; // rounded up',
    '// #unroll',
    'for (var r = 0u; r < READS; r++) {',
    'read(r);',
    '}',
  );
  const iterations = (text: string) =>
    [...unrolled(text).matchAll(/const r=(\d)u;/g)].map(([, value]) => Number(value));
  expect(iterations(preprocess(path).text)).toEqual([0, 1, 2]);
  const { text } = preprocess(path, new URLSearchParams('PIXELS=5'));
  expect(text).toContain('const PIXELS = 5u;');
  expect(iterations(text)).toEqual([0, 1, 2]);
  expect(iterations(preprocess(path, new URLSearchParams('PIXELS=6')).text)).toEqual([0, 1, 2, 3]);
});

it('unrolls loops within loops, and what follows them', () => {
  const path = shader(
    'nested.wgsl',
    '// #unroll',
    'for (var a = 0u; a < 2u; a++) {',
    '// #unroll',
    'for (var b = 0u; b < 2u; b++) {',
    'if (a == b) { use(a, b); }',
    '}',
    '}',
    '// #unroll',
    'for (var c = 0u; c < 1u; c++) {',
    'use(c, c);',
    '}',
    'fn end() {}',
  );
  const block = (a: number) =>
    `{const a=${a}u;${[0, 1].map((b) => `{const b=${b}u;if (a == b) { use(a, b); }}`).join('')}}`;
  expect(unrolled(preprocess(path).text).replaceAll('\n', '')).toBe(
    `${block(0)}${block(1)}{const c=0u;use(c, c);}fn end() {}`,
  );
});

it('rejects a parameter that the shader does not declare, and a value that is not an unsigned integer', () => {
  const path = shader('tile.wgsl', 'const PIXELS = 4u;');
  expect(() => preprocess(path, new URLSearchParams('PIXEL=5'))).toThrow("no constant 'PIXEL'");
  expect(() => preprocess(path, new URLSearchParams('PIXELS=-1'))).toThrow("PIXELS is '-1'");
});

it('rejects an unrolled loop whose bound is not a constant', () => {
  const path = shader('loop.wgsl', '// #unroll', 'for (var r = 0u; r < unknown; r++) {', '}');
  expect(() => preprocess(path)).toThrow("bound 'unknown'");
});
