import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import cifarsmallUrl from '../../models/cifarsmall.hwgq?url';
import lenetUrl from '../../models/lenet.hwgq?url';
import { type OpenDevice, openDevice } from '../../src/backends/webgpu/device.ts';
import { createSession } from '../../src/engine/session.ts';
import { toInputBytes, toNetworkInput } from '../../src/image/input.ts';
import type { Picture } from '../../src/image/picture.ts';
import { type ChannelOrder, channelCount, type Fit, type Preprocessing } from '../../src/image/preprocessing.ts';
import { decodeModel } from '../../src/model/decode.ts';
import { gpuInput } from '../support/gpu-input.ts';
import { randomNumbers } from '../support/small-graph.ts';

let open: OpenDevice;

beforeAll(async () => {
  open = await openDevice(navigator.gpu, undefined);
});

afterAll(() => open.device.destroy());

function randomPicture(width: number, height: number, seed: number): Picture {
  const random = randomNumbers(seed);
  return { width, height, data: Uint8Array.from({ length: width * height * 4 }, () => Math.floor(random() * 256)) };
}

const fits = fc.oneof(
  fc.record({ method: fc.constant('crop' as const), resize: fc.integer({ min: 24, max: 40 }) }),
  fc.record({ method: fc.constant('shorterSide' as const), resize: fc.integer({ min: 24, max: 40 }) }),
  fc.constant({ method: 'stretch' } as const),
);
const cases = fc.record({
  width: fc.integer({ min: 1, max: 130 }),
  height: fc.integer({ min: 1, max: 130 }),
  toWidth: fc.integer({ min: 1, max: 24 }),
  toHeight: fc.integer({ min: 1, max: 24 }),
  channels: fc.constantFrom<ChannelOrder>('bgr', 'rgb', 'gray'),
  fit: fits,
  mean: fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 })),
  image: fc.integer({ min: 0, max: 2 }),
  seed: fc.integer({ min: 1, max: 1000 }),
});

it('computes the same input in WGSL as in JavaScript, for 150 sizes, rules and channel orders', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ width, height, toWidth, toHeight, channels, fit, mean, image, seed }) => {
      const preprocessing: Preprocessing = {
        channels,
        width: toWidth,
        height: toHeight,
        fit,
        mean: { kind: 'channels', values: mean.slice(0, channelCount(channels)) },
        scale: 1,
      };
      const picture = randomPicture(width, height, seed);
      const wanted = toNetworkInput(toInputBytes(picture, preprocessing), preprocessing);
      expect(await gpuInput(open.device, picture, preprocessing, image)).toEqual(Array.from(wanted));
    }),
    { numRuns: 150, seed: 1 },
  );
});

const IMAGENET: readonly [string, number, number, Fit][] = [
  ['a camera frame', 640, 480, { method: 'crop', resize: 256 }],
  ['a tall photograph', 601, 1203, { method: 'shorterSide', resize: 256 }],
  ['a small picture', 40, 31, { method: 'stretch' }],
  ['a picture of the network’s size', 224, 224, { method: 'crop', resize: 256 }],
];

it.each(IMAGENET)('computes the same input for %s at ImageNet’s size', async (_, width, height, fit) => {
  const preprocessing: Preprocessing = {
    channels: 'bgr',
    width: 224,
    height: 224,
    fit,
    mean: { kind: 'channels', values: [104, 117, 123] },
    scale: 1,
  };
  const picture = randomPicture(width, height, 5);
  const wanted = toNetworkInput(toInputBytes(picture, preprocessing), preprocessing);
  expect(await gpuInput(open.device, picture, preprocessing)).toEqual(Array.from(wanted));
});

it.each([cifarsmallUrl, lenetUrl])('preprocesses pictures in a session as on the CPU: %s', async (url) => {
  const model = decodeModel(new Uint8Array(await (await fetch(url)).arrayBuffer()));
  const { data } = randomPicture(32, 32, 2);
  const image = new ImageData(Uint8ClampedArray.from(data), 32, 32);
  const pictures = [randomPicture(50, 70, 1), image, randomPicture(200, 90, 3)];
  const session = await createSession(model, { backend: 'webgpu' });
  const seen = await session.runPictures(pictures);
  const bytes = pictures.flatMap((picture) => Array.from(toInputBytes(picture, model.preprocessing)));
  const preprocessed = await session.run(toNetworkInput(Uint8Array.from(bytes), model.preprocessing), pictures.length);
  expect(seen.blobs).toEqual(preprocessed.blobs);
  const wrong = { width: 2, height: 2, data: new Uint8Array(3) };
  await expect(session.runPictures([wrong])).rejects.toMatchObject({ code: 'invalid-image' });
  session.dispose();
});
