import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { toInputBytes, toNetworkInput } from '../../src/image/input.ts';
import type { Picture } from '../../src/image/picture.ts';
import * as preprocess from '../../src/image/preprocess.ts';
import { type ChannelOrder, channelCount, type Fit, type Preprocessing } from '../../src/image/preprocessing.ts';
import { randomNumbers } from '../support/small-graph.ts';
import { wasmInput } from '../support/wasm-input.ts';

const PICTURES = 400;

afterEach(() => {
  vi.restoreAllMocks();
});

function randomPicture(width: number, height: number, seed: number, isOpaque: boolean): Picture {
  const random = randomNumbers(seed);
  const data = Uint8Array.from({ length: width * height * 4 }, (_, index) =>
    isOpaque && index % 4 === 3 ? 255 : Math.floor(random() * 256),
  );
  return { width, height, data };
}

function preprocessingOf(channels: ChannelOrder, width: number, height: number, fit: Fit): Preprocessing {
  const values = [104, 117, 123].slice(0, channelCount(channels));
  return { channels, width, height, fit, mean: { kind: 'channels', values }, scale: 1 };
}

function referenceInput(picture: Picture, preprocessing: Preprocessing): number[] {
  return Array.from(toNetworkInput(toInputBytes(picture, preprocessing), preprocessing));
}

const fits = fc.oneof(
  fc.record({ method: fc.constant('crop' as const), resize: fc.integer({ min: 40, max: 60 }) }),
  fc.record({ method: fc.constant('shorterSide' as const), resize: fc.integer({ min: 40, max: 60 }) }),
  fc.constant({ method: 'stretch' } as const),
);
const cases = fc.record({
  width: fc.integer({ min: 1, max: 150 }),
  height: fc.integer({ min: 1, max: 150 }),
  toWidth: fc.integer({ min: 1, max: 40 }),
  toHeight: fc.integer({ min: 1, max: 40 }),
  channels: fc.constantFrom<ChannelOrder>('bgr', 'rgb', 'gray'),
  fit: fits,
  isOpaque: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1000 }),
});

it(`computes the reference’s input for ${PICTURES} sizes, fits, channel orders and transparencies`, async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ width, height, toWidth, toHeight, channels, fit, isOpaque, seed }) => {
      const preprocessing = preprocessingOf(channels, toWidth, toHeight, fit);
      const toInput = await wasmInput(preprocessing);
      // The second picture has another size, so that nothing of the first may remain.
      for (const picture of [
        randomPicture(width, height, seed, isOpaque),
        randomPicture(height + 1, width, seed + 1, !isOpaque),
      ]) {
        expect(await toInput(picture)).toEqual(referenceInput(picture, preprocessing));
      }
    }),
    { numRuns: PICTURES / 2, seed: 1 },
  );
});

it.each<[width: number, height: number, fit: Fit]>([
  [640, 480, { method: 'crop', resize: 256 }],
  [601, 1203, { method: 'shorterSide', resize: 256 }],
  [224, 224, { method: 'crop', resize: 256 }],
  [40, 31, { method: 'stretch' }],
  [1700, 1300, { method: 'crop', resize: 256 }],
  // A row of more than half a band, so that a band has two rows.
  [70_000, 9, { method: 'stretch' }],
  // Output rows whose sums several chunks of rows add up to.
  [3, 30_000, { method: 'crop', resize: 256 }],
])('computes it for %i×%i at ImageNet’s size, in bands, in the kernels', async (width, height, fit) => {
  const preprocessing = preprocessingOf('bgr', 224, 224, fit);
  const picture = randomPicture(width, height, 5, false);
  const wanted = referenceInput(picture, preprocessing);
  const inJavaScript = vi.spyOn(preprocess, 'toInputPixels');
  expect(await (await wasmInput(preprocessing))(picture)).toEqual(wanted);
  expect(inJavaScript).not.toHaveBeenCalled();
});

it('computes a row of output from more rows than are kept', async () => {
  const preprocessing = preprocessingOf('rgb', 7, 1, { method: 'stretch' });
  const picture = randomPicture(2, 60_000, 3, true);
  expect(await (await wasmInput(preprocessing))(picture)).toEqual(referenceInput(picture, preprocessing));
});

it('computes pictures beyond the size of the tables, and digits, as the reference does', async () => {
  const huge = preprocessingOf('gray', 5, 1, { method: 'stretch' });
  const picture = randomPicture(200_000, 1, 3, true);
  expect(await (await wasmInput(huge))(picture)).toEqual(referenceInput(picture, huge));
  const digit = preprocessingOf('gray', 28, 28, { method: 'digit' });
  for (const [width, height, isOpaque] of [
    [60, 50, false],
    [301, 900, true],
  ] as const) {
    const drawing = randomPicture(width, height, 4, isOpaque);
    expect(await (await wasmInput(digit))(drawing)).toEqual(referenceInput(drawing, digit));
  }
});

it('subtracts nothing if the means are not integers', async () => {
  const preprocessing = preprocessingOf('rgb', 9, 7, { method: 'stretch' });
  const fraction: Preprocessing = { ...preprocessing, mean: { kind: 'channels', values: [0.5, 0, 0] } };
  const picture = randomPicture(30, 20, 5, true);
  expect(await (await wasmInput(fraction))(picture)).toEqual(Array.from(toInputBytes(picture, fraction)));
});

it('rejects a picture whose data do not match its size', async () => {
  const toInput = await wasmInput(preprocessingOf('rgb', 9, 7, { method: 'stretch' }));
  const wrong = { width: 2, height: 2, data: new Uint8Array(3) };
  await expect(toInput(wrong)).rejects.toMatchObject({ code: 'invalid-image' });
});
