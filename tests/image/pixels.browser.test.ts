import { expect, it } from 'vitest';
import { toTransferable } from '../../src/client/images.ts';
import { BITMAP_OPTIONS } from '../../src/image/bitmap-options.ts';
import { onWhite } from '../../src/image/composite.ts';
import { DeferredPicture } from '../../src/image/deferred-picture.ts';
import { png } from '../support/png.ts';
import { randomNumbers } from '../support/small-graph.ts';

const SIZE = 128;

it.each([false, true])('composites on white as Chromium does, translucent: %s', async (translucent) => {
  const random = randomNumbers(3);
  const pixels = Uint8Array.from({ length: SIZE * SIZE * 4 }, (_, index) =>
    index % 4 === 3 && !translucent ? 255 : Math.floor(random() * 256),
  );
  const file = png({ width: SIZE, height: SIZE, colourType: 6, samples: pixels });
  const bitmap = await createImageBitmap(new Blob([file]), BITMAP_OPTIONS);
  const context = new OffscreenCanvas(SIZE, SIZE).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('The browser has no 2D canvas.');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, SIZE, SIZE);
  context.drawImage(bitmap, 0, 0);
  const seen = context.getImageData(0, 0, SIZE, SIZE).data;
  const wrong = seen.filter((value, index) => {
    const alpha = pixels[index - (index % 4) + 3] as number;
    return value !== (index % 4 === 3 ? 255 : onWhite(pixels[index] as number, alpha));
  });
  expect(wrong.length).toBe(0);
});

it('converts pixels of a wider colour space to sRGB', async () => {
  const wide = new ImageData(1, 1, { colorSpace: 'display-p3' });
  // Pure red of sRGB, in Display P3.
  wide.data.set([234, 51, 35, 255]);
  const [red = 0, green = 0, blue = 0] = new DeferredPicture(await toTransferable(wide)).draw().data;
  expect(red).toBeGreaterThanOrEqual(254);
  expect(Math.max(green, blue)).toBeLessThanOrEqual(4);
});

it('transfers sRGB pixels unchanged', async () => {
  const plain = new ImageData(Uint8ClampedArray.of(1, 2, 3, 4), 1, 1);
  expect(await toTransferable(plain)).toBe(plain);
});
