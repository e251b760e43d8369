import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { toInputBytes, toNetworkInput } from '../../src/image/input.ts';
import type { Preprocessing } from '../../src/image/preprocessing.ts';
import { decodeModel } from '../../src/model/decode.ts';
import type { FloatForm } from '../../src/tools/convert/weights.ts';
import { codesOf, levelLayers } from '../support/codes.ts';
import {
  cifarLabels,
  cifarPictures,
  enlargedDigit,
  goldenCodes,
  goldenLogits,
  goldenMeta,
  goldenPhotograph,
  goldenWeightsFile,
  mnistDigits,
  mnistLabels,
} from '../support/golden.ts';
import { PLAIN_NETWORKS } from '../support/golden-cases.ts';
import { describeShared, shared } from '../support/shared.ts';
import { hasNodeGpu, vulkanEnvironment } from '../support/vulkan.ts';

// Runs every image of the golden results through the built command: `hwgq convert`, then `hwgq run`.

const folder = mkdtempSync(join(tmpdir(), 'hwgq-full-'));
const environment = vulkanEnvironment();
const hasGpu = hasNodeGpu();

afterAll(() => rmSync(folder, { recursive: true }));

async function hwgq(...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, ['dist/cli/hwgq.js', ...args], { env: environment });
}

async function convert(name: string, prototxt: string, weights: string, ...options: string[]): Promise<string> {
  const out = join(folder, `${name}.hwgq`);
  await hwgq('convert', '--prototxt', prototxt, '--weights', weights, ...options, '--out', out);
  return out;
}

function convertGolden(net: string, form: FloatForm, ...options: string[]): Promise<string> {
  const prototxt = shared(`golden/${net}/deploy.prototxt`);
  return convert(`${net}-${form}`, prototxt, goldenWeightsFile(net), '--float', form, ...options);
}

/** Returns what `hwgq run` writes: for each input, its output blobs. */
async function run(model: string, inputs: Float32Array, backend: string, ...options: string[]): Promise<Float32Array> {
  const [input, output] = [join(folder, 'inputs.f32'), join(folder, 'outputs.f32')];
  writeFileSync(input, new Uint8Array(inputs.buffer));
  await hwgq('run', model, '--input', input, '--output', output, '--backend', backend, ...options);
  return new Float32Array(Uint8Array.from(readFileSync(output)).buffer);
}

/** Returns the class with the highest score, for each image. */
function topClasses(scores: Float32Array, classes: number): number[] {
  return Array.from({ length: scores.length / classes }, (_, image) => {
    const own = scores.subarray(image * classes, (image + 1) * classes);
    return own.indexOf(own.reduce((most, value) => Math.max(most, value)));
  });
}

/** Returns the percentage of images whose top class is their label. */
function accuracy(names: readonly number[], labels: Uint8Array): number {
  return (100 * names.filter((name, image) => name === labels[image]).length) / names.length;
}

/** Returns the largest difference between two lists, relative to the largest value of the second. */
function worstDifference(seen: Float32Array, truth: Float32Array): number {
  expect(seen.length).toBe(truth.length);
  const worst = seen.reduce((most, value, index) => Math.max(most, Math.abs(value - (truth[index] as number))), 0);
  return worst / truth.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function digitInputs(): Float32Array {
  return Float32Array.from(mnistDigits(), (pixel) => pixel / 256);
}

function cifarInputs(): Float32Array {
  const mean = [114, 123, 125];
  return Float32Array.from(
    cifarPictures(),
    (pixel, index) => (pixel - (mean[Math.floor(index / 1024) % 3] as number)) / 64,
  );
}

function photographs(size: number, count: number): Float32Array {
  const all = Array.from({ length: count }, (_, index) => goldenPhotograph(index, size));
  return Float32Array.from(all.flatMap((pixels) => Array.from(pixels)));
}

/** Returns MNIST's digits, placed in larger pictures and preprocessed. */
function refittedDigits(preprocessing: Preprocessing): Float32Array {
  const digits = mnistDigits();
  const inputs = new Float32Array(digits.length);
  for (let start = 0; start < digits.length; start += 784) {
    const bytes = toInputBytes(enlargedDigit(digits.subarray(start, start + 784)), preprocessing);
    inputs.set(toNetworkInput(bytes, preprocessing), start);
  }
  return inputs.map((value) => value * preprocessing.scale);
}

const TRAINED = {
  lenet: {
    options: ['--scale', '0.00390625'],
    inputs: digitInputs,
    labels: mnistLabels,
  },
  cifarsmall: {
    options: ['--mean', '114,123,125', '--scale', '0.015625'],
    inputs: cifarInputs,
    labels: cifarLabels,
  },
};

describeShared('every golden image, with the command', () => {
  describe.each(['wasm', 'webgpu', 'reference'])('on %s', (backend) => {
    const isThere = backend !== 'webgpu' || hasGpu;
    const onBackend = it.skipIf(!isThere);
    const where = isThere ? backend : `${backend} (skipped: the npm package webgpu finds no adapter)`;

    onBackend.each(['lenet', 'cifarsmall'] as const)(`computes every label and score of %s, ${where}`, async (net) => {
      const { options, inputs } = TRAINED[net];
      const scores = await run(await convertGolden(net, 'f32', ...options), inputs(), backend);
      const { top1, classes } = goldenMeta(net);
      expect(topClasses(scores, classes)).toEqual(top1);
      const worst = worstDifference(scores, goldenLogits(net));
      console.log(`${net} on ${backend}: ${top1.length} images, worst score off by ${worst} of the largest`);
      expect(worst).toBeLessThan(1e-4);
    });

    onBackend.each([...PLAIN_NETWORKS])(`computes every code and score of %s, ${where}`, async (net) => {
      const { inputSize, codes, top1, classes } = goldenMeta(net);
      const model = await convertGolden(net, 'f32', '--mean', '104,117,123');
      const scores = await run(model, photographs(inputSize, top1.length), backend);
      expect(topClasses(scores, classes)).toEqual(top1);
      const worst = worstDifference(scores, goldenLogits(net));
      console.log(`${net} on ${backend}: ${top1.length} images, worst score off by ${worst} of the largest`);
      expect(worst).toBeLessThan(1e-5);

      const quantizers = levelLayers(decodeModel(readFileSync(model)).graph);
      expect(quantizers.map(({ blob }) => blob)).toEqual(codes.blobs.map(({ name }) => name));
      const tap = quantizers.map(({ blob }) => blob).join(',');
      const values = await run(model, photographs(inputSize, codes.images), backend, '--blobs', tap);
      const truth = goldenCodes(net);
      expect(values.length).toBe(truth.length);
      let place = 0;
      for (let image = 0; image < codes.images; image++) {
        for (const [index, { shape }] of codes.blobs.entries()) {
          const { blob, levels } = quantizers[index] ?? { blob: '', levels: new Float64Array() };
          const end = place + shape.reduce((product, size) => product * size, 1);
          const seen = codesOf(values.subarray(place, end), levels);
          const wrong = seen.filter((code, at) => code !== truth[place + at]).length;
          expect(wrong, `${blob} of image ${image}`).toBe(0);
          place = end;
        }
      }
      console.log(`${net} on ${backend}: ${place} codes of ${codes.images} images, no difference`);
    });

    onBackend.each(['lenet_iter_10000', 'lenet_v1_format'])(
      `classifies 99.0% of MNIST correctly with the public float LeNet %s, ${where}`,
      async (name) => {
        const files = [
          shared('caffemodels/lenet/mnist_deploy.prototxt'),
          shared(`caffemodels/lenet/${name}.caffemodel`),
        ];
        const [prototxt = '', weights = ''] = files;
        const scores = await run(
          await convert(name, prototxt, weights, '--scale', '0.00390625', '--float', 'f32'),
          digitInputs(),
          backend,
        );
        const share = accuracy(topClasses(scores, 10), mnistLabels());
        console.log(`${name} on ${backend}: ${share}%`);
        expect(share).toBeGreaterThanOrEqual(99);
      },
    );
  });

  it.each(['lenet', 'cifarsmall'] as const)(
    'keeps the accuracy of %s in its default form within 0.2 points of the original',
    async (net) => {
      const { options, inputs, labels } = TRAINED[net];
      const { top1, classes } = goldenMeta(net);
      const scores = await run(await convertGolden(net, 'compact', ...options), inputs(), 'wasm');
      const share = accuracy(topClasses(scores, classes), labels());
      const original = accuracy(top1, labels());
      console.log(`${net} in its default form: ${share}%, the original ${original}%`);
      expect(Math.abs(share - original)).toBeLessThanOrEqual(0.2);
    },
  );

  it('keeps lenet’s accuracy on digits in larger pictures within 0.2 points of MNIST’s own', async () => {
    const { preprocessing } = decodeModel(readFileSync('models/lenet.hwgq'));
    const scores = await run('models/lenet.hwgq', refittedDigits(preprocessing), 'wasm');
    const share = accuracy(topClasses(scores, 10), mnistLabels());
    const original = accuracy(goldenMeta('lenet').top1, mnistLabels());
    console.log(`lenet on refitted digits: ${share}%, the original on MNIST's own ${original}%`);
    expect(Math.abs(share - original)).toBeLessThanOrEqual(0.2);
  });
});
