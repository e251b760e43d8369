import { expect, it } from 'vitest';
import { dotProductOf, dotProductText } from '../../src/bench/dot-product.ts';

it.each([
  ['x86 with AVX-VNNI', -130_560, -65_536, 'AVX-VNNI'],
  ['x86 without it', -65_536, -65_536, 'none'],
  ['Arm with dot products', 512, 65_536, 'Arm SDOT'],
  ['Arm without them', 512, -65_536, 'none'],
  ['another machine', 0, 0, 'unknown'],
] as const)('recognizes %s by its results', (_, byOnes, byLeast, expected) => {
  expect(dotProductOf(byOnes, byLeast)).toBe(expected);
});

it('describes what the browser uses', () => {
  expect(dotProductText('AVX-VNNI')).toBe('dot-product instruction AVX-VNNI');
  expect(dotProductText('none')).toBe('no dot-product instruction');
  expect(dotProductText(undefined)).toBe('no relaxed SIMD');
});
