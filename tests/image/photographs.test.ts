import { expect, it } from 'vitest';
import { inputRange, photographMoments } from '../../src/image/photographs.ts';
import type { Mean, Preprocessing } from '../../src/image/preprocessing.ts';

function preprocessing(mean: Mean): Preprocessing {
  return { channels: 'bgr', width: 2, height: 1, fit: { method: 'stretch' }, mean, scale: 0.5 };
}

it.each<[string, Mean]>([
  ['a mean for each channel', { kind: 'channels', values: [100, 110, 120] }],
  ['a mean image', { kind: 'image', values: Float32Array.of(90, 110, 100, 120, 115, 125) }],
])('returns the moments of photographs after %s', (_, mean) => {
  const moments = photographMoments(preprocessing(mean));
  expect([...moments.mean]).toEqual([5, 0, -5]);
  expect([...moments.variance]).toEqual([900, 900, 900]);
});

it('returns the range that black and white become', () => {
  expect(inputRange(preprocessing({ kind: 'channels', values: [100, 110, 120] }))).toEqual([-60, 77.5]);
  expect(inputRange({ ...preprocessing({ kind: 'channels', values: [100, 110, 120] }), scale: -1 })).toEqual([
    -155, 120,
  ]);
});
