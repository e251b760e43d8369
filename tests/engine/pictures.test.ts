import { expect, it } from 'vitest';
import { createSession } from '../../src/engine/session.ts';
import { toInputBytes, toNetworkInput } from '../../src/image/input.ts';
import type { Picture } from '../../src/image/picture.ts';
import type { Mean } from '../../src/image/preprocessing.ts';
import { randomNumbers } from '../support/small-graph.ts';
import { smallModel } from '../support/small-model.ts';

const model = smallModel();
const { width, height } = model.preprocessing;
const random = randomNumbers(3);

function picture(width: number, height: number): Picture {
  return { width, height, data: Uint8Array.from({ length: width * height * 4 }, () => Math.floor(random() * 256)) };
}

const MEANS: readonly (readonly [string, Mean])[] = [
  ['integer means', { kind: 'channels', values: [104, 117, 123] }],
  ['fractional means', { kind: 'channels', values: [104.25, 117, 123] }],
  ['a mean image', { kind: 'image', values: Float32Array.from({ length: 3 * height * width }, () => random() * 200) }],
];

it.each(MEANS)('preprocesses pictures on WebAssembly as on the CPU, with %s', async (_, mean) => {
  const preprocessing = { ...model.preprocessing, mean };
  const pictures = [picture(40, 30), picture(width, height), picture(9, 50)];
  const session = await createSession({ ...model, preprocessing }, { backend: 'wasm' });
  const { blobs, preprocessMilliseconds } = await session.runPictures(pictures);
  const bytes = pictures.flatMap((each) => Array.from(toInputBytes(each, preprocessing)));
  const inputs = toNetworkInput(Uint8Array.from(bytes), preprocessing);
  expect(blobs).toEqual((await session.run(inputs, pictures.length)).blobs);
  expect(preprocessMilliseconds).toBeGreaterThan(0);
  session.dispose();
});
