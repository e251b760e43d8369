import { type AnyPicture, decoded } from '../image/deferred-picture.ts';
import { toInputBytes, toNetworkInput } from '../image/input.ts';
import type { Preprocessing } from '../image/preprocessing.ts';
import type { NetworkInputs, PictureRun, Runner } from './runner.ts';

/**
 * Preprocesses pictures on the CPU and runs them. It works for every backend and every kind of preprocessing.
 * @throws HwgqError `invalid-image`, and the errors of `Runner.run`.
 */
export async function runPreprocessed(
  runner: Pick<Runner, 'run'>,
  pictures: readonly AnyPicture[],
  preprocessing: Preprocessing,
): Promise<PictureRun> {
  const start = performance.now();
  const inputs = networkInputs(pictures, preprocessing);
  const preprocessMilliseconds = performance.now() - start;
  return { blobs: await runner.run(inputs, pictures.length), preprocessMilliseconds };
}

function networkInputs(pictures: readonly AnyPicture[], preprocessing: Preprocessing): NetworkInputs {
  const images = pictures.map((picture) => toInputBytes(decoded(picture), preprocessing));
  const bytes = new Uint8Array(images.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const image of images) {
    bytes.set(image, position);
    position += image.length;
  }
  return toNetworkInput(bytes, preprocessing);
}
