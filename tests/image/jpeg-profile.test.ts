import { expect, it } from 'vitest';
import { isJpegWithoutProfile } from '../../src/image/jpeg-profile.ts';
import { GRAY_JPEG, withProfile } from '../support/colour-spaces.ts';
import { withSegment } from '../support/jpeg-segment.ts';
import { png } from '../support/png.ts';

const EXIF = 0xe1;

it('recognizes JPEG files without a colour profile, also after other segments', async () => {
  expect(await isJpegWithoutProfile(new Blob([GRAY_JPEG]))).toBe(true);
  expect(await isJpegWithoutProfile(new Blob([withSegment(GRAY_JPEG, EXIF, Array(60_000).fill(0))]))).toBe(true);
});

it('finds a colour profile before and after other segments', async () => {
  const described = withProfile(GRAY_JPEG, 'gray');
  expect(await isJpegWithoutProfile(new Blob([described]))).toBe(false);
  expect(await isJpegWithoutProfile(new Blob([withSegment(described, EXIF, Array(60_000).fill(0))]))).toBe(false);
});

it.each([
  ['empty', new Uint8Array()],
  ['a PNG', png({ width: 2, height: 2, colourType: 0, samples: new Uint8Array(4) })],
  ['truncated', GRAY_JPEG.subarray(0, 40)],
  ['a segment with a length of 0', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xda, 0, 0)],
  ['damaged after the first marker', Uint8Array.of(0xff, 0xd8, 0, 0, 0, 0, 0, 0)],
  ['beyond the searched bytes', [0, 1, 2].reduce((file) => withSegment(file, EXIF, Array(60_000).fill(0)), GRAY_JPEG)],
])('assumes a profile in a file that is %s', async (_, file) => {
  expect(await isJpegWithoutProfile(new Blob([Uint8Array.from(file)]))).toBe(false);
});
