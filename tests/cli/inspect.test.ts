import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../src/model/encode.ts';
import { smallModel } from '../support/small-model.ts';
import { hwgq, temporaryFolder } from './command.ts';

const folder = temporaryFolder();
const bytes = encodeModel(smallModel());
writeFileSync(join(folder, 'small.hwgq'), bytes);

describe('hwgq inspect', () => {
  it('prints layers with their shapes, bits and sizes', async () => {
    const { code, stdout, stderr } = await hwgq(folder, 'inspect', 'small.hwgq');
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(new RegExp(`^small: ${bytes.length} bytes, [\\d.]+ times smaller than float32$`));
    expect(lines[1]).toBe('input 3×17×13, bgr, (x − 104,117,123) · 1, stretch');
    expect(lines[2]).toBe('6 labels');
    // 37 filters of 21×3×3 bits, a float64 and a float32 for each filter.
    const packed = Math.ceil((37 * 21 * 9) / 8) + 37 * 8 + 37 * 4;
    const row = lines.find((line) => line.startsWith('conv2'))?.split(/\s+/);
    const floats = 4 * (37 * 21 * 9 + 37);
    expect(row).toEqual([
      'conv2',
      'convolution',
      '37×5×7',
      '1',
      `${packed}`,
      `${floats}`,
      `${(floats / packed).toFixed(1)}×`,
    ]);
  });

  it('prints JSON', async () => {
    const { code, stdout } = await hwgq(folder, 'inspect', 'small.hwgq', '--json');
    expect(code).toBe(0);
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({
      network: 'small',
      input: { name: 'data', shape: [3, 17, 13] },
      bytes: bytes.length,
      savings: summary.floatBytes / bytes.length,
      preprocessing: { channels: 'bgr', mean: [104, 117, 123], scale: 1, fit: { method: 'stretch' } },
      labels: ['a', 'b', 'c', 'd', 'e', 'f'],
    });
    expect(summary.layers).toHaveLength(14);
    expect(summary.layers[0]).toMatchObject({ name: 'conv1', shape: [21, 9, 13], bits: 32 });
  });

  it.each([
    ['a flipped bit', flipped(), /hash/],
    ['a truncated file', bytes.subarray(0, 1000), /1000 bytes/],
    ['a web page', '<!doctype html><title>404</title>', /web page/],
    ['an empty file', '', /HWGQ/],
  ])('rejects %s with one line that names the file', async (_, content, message) => {
    writeFileSync(join(folder, 'broken.hwgq'), content);
    for (const args of [
      ['inspect', 'broken.hwgq'],
      ['classify', 'broken.hwgq', 'x.png'],
      ['run', 'broken.hwgq', '--input', 'x', '--output', 'y'],
    ]) {
      const { code, stdout, stderr } = await hwgq(folder, ...args);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^hwgq: broken\.hwgq: [^\n]*\n$/);
      expect(stderr).toMatch(message);
    }
  });
});

function flipped(): Uint8Array {
  const copy = Uint8Array.from(readFileSync(join(folder, 'small.hwgq')));
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1;
  return copy;
}
