import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dataSetFiles } from '../../src/cli/data-set-files.ts';
import { toInputBytes } from '../../src/image/input.ts';
import type { Preprocessing } from '../../src/image/preprocessing.ts';
import { encodeModel } from '../../src/model/encode.ts';
import { decodePicture } from '../../src/node/decode-picture.ts';
import { type CaffeSource, convertCaffe } from '../../src/tools/convert/convert-caffe.ts';
import { isEncoded } from '../../src/tools/data/data-set.ts';
import { openDataSet } from '../../src/tools/data/open-data-set.ts';
import type { EvaluationReport } from '../../src/tools/evaluation/report.ts';
import { cifarPictures } from '../support/golden.ts';
import { describeShared, shared } from '../support/shared.ts';
import { hasNodeGpu, vulkanEnvironment } from '../support/vulkan.ts';
import { PROGRAM, temporaryFolder } from './command.ts';

const DATA = { mnist: shared('data/mnist'), cifar10: shared('data/cifar10') };
/** WebGPU evaluates a test set in half an hour; the interpreter takes hours. */
const BACKEND = hasNodeGpu() ? 'webgpu' : 'auto';

const folder = temporaryFolder();

async function evaluate(model: string, data: string, ...options: string[]): Promise<EvaluationReport> {
  const json = join(folder, 'report.json');
  const places = ['--data', data, '--json', json, '--matrix', join(folder, 'matrix.png'), '--backend', BACKEND];
  await new Promise<void>((resolve, reject) => {
    const given = [PROGRAM, 'evaluate', model, ...places, ...options];
    execFile(process.execPath, given, { env: vulkanEnvironment() }, (error) => (error ? reject(error) : resolve()));
  });
  return JSON.parse(readFileSync(json, 'utf8'));
}

async function converted(name: string, source: Omit<CaffeSource, 'form'>): Promise<string> {
  const path = join(folder, `${name}.hwgq`);
  writeFileSync(path, encodeModel(await convertCaffe({ ...source, form: 'f32' })));
  return path;
}

describeShared('hwgq evaluate on whole test sets', () => {
  it('reproduces the accuracy of the original for the shipped models', async () => {
    const [digits, objects] = [
      await evaluate('models/lenet.hwgq', DATA.mnist),
      await evaluate('models/cifarsmall.hwgq', DATA.cifar10),
    ];
    expect([digits.pictures, objects.pictures]).toEqual([10_000, 10_000]);
    expect([digits.correct, objects.correct]).toEqual([9927, 8444]);
    for (const { top1, top5, calibration } of [digits, objects]) console.log({ top1, top5, error: calibration.error });
  });

  it('decodes to the same bytes as the original', async () => {
    const pictures = await openDataSet(await dataSetFiles(DATA.cifar10));
    const truth = cifarPictures();
    const preprocessing: Preprocessing = {
      channels: 'bgr',
      width: 32,
      height: 32,
      fit: { method: 'stretch' },
      mean: { kind: 'channels', values: [0, 0, 0] },
      scale: 1,
    };
    const length = 3 * 32 * 32;
    expect(truth.length).toBeGreaterThan(0);
    for (let index = 0; index < truth.length / length; index++) {
      const picture = await pictures.read(index);
      if (!isEncoded(picture)) throw new Error('A pack must hold encoded pictures.');
      const bytes = toInputBytes(await decodePicture(picture.bytes, picture.name), preprocessing);
      expect(Buffer.compare(bytes, truth.subarray(index * length, (index + 1) * length)), picture.name).toBe(0);
    }
  });

  it('reproduces the accuracy of a float network with a mean image', async () => {
    const read = (name: string) => readFileSync(shared(`caffemodels/cifar10_quick/${name}`));
    const model = await converted('cifar10_quick', {
      prototxt: { name: 'deploy', text: read('cifar10_quick.prototxt').toString() },
      weights: { name: 'weights', bytes: Uint8Array.from(read('cifar10_quick_iter_5000.caffemodel')) },
      mean: { kind: 'file', name: 'mean', bytes: Uint8Array.from(read('mean.binaryproto')) },
      channels: 'rgb',
      labels: JSON.parse(readFileSync(join(DATA.cifar10, 'classes.json'), 'utf8')),
    });
    expect((await evaluate(model, DATA.cifar10)).top1).toBeCloseTo(0.739, 3);
  });

  it.each([
    ['models/lenet.hwgq', DATA.mnist],
    ['models/cifarsmall.hwgq', DATA.cifar10],
  ])('gives the same results for %s one by one and in batches of 32', async (model, data) => {
    const limit = ['--limit', '1000'];
    const one = await evaluate(model, data, ...limit, '--batch', '1');
    const many = await evaluate(model, data, ...limit, '--batch', '32');
    expect(one.confusion).toEqual(many.confusion);
    expect([one.top1, one.top5]).toEqual([many.top1, many.top5]);
  });
});
