import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeBinaryproto } from '../support/caffe-files.ts';
import { COLOUR_LABELS, COLOUR_PROTOTXT, COLOUR_TRAIN_VAL, colourWeights } from '../support/colour-net.ts';
import { describeShared, shared } from '../support/shared.ts';
import { hwgq, temporaryFolder } from './command.ts';

const folder = temporaryFolder();
const FILES = ['--prototxt', 'net.prototxt', '--weights', 'net.caffemodel'];

beforeAll(() => {
  put('net.prototxt', COLOUR_PROTOTXT);
  put('net.caffemodel', colourWeights());
  put('labels.txt', COLOUR_LABELS);
  put('few.txt', 'blue\ngreen\n');
});

describe('hwgq convert', () => {
  it('writes a model beside the weights and prints how much smaller it is', async () => {
    const { code, stdout, stderr } = await hwgq(folder, 'convert', ...FILES);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^net\.hwgq: Colours, \d+ bytes \([\d.]+ times smaller than its 576 bytes as float32\)\n$/);
    expect(await inspect('net.hwgq')).toMatchObject({
      network: 'Colours',
      preprocessing: { channels: 'bgr', mean: [0, 0, 0], scale: 1 },
      labels: [],
    });
  });

  it('stores mean, scale, channel order and labels', async () => {
    const options = ['--mean', '1.5,2,-3', '--scale', '0.25', '--channels', 'rgb', '--labels', 'labels.txt'];
    expect(await hwgq(folder, 'convert', ...FILES, ...options, '--out', 'all.hwgq')).toMatchObject({ code: 0 });
    expect(await inspect('all.hwgq')).toMatchObject({
      preprocessing: { channels: 'rgb', mean: [1.5, 2, -3], scale: 0.25 },
      labels: ['blue', 'green', 'red'],
    });
  });

  it('stores a mean image and lists it with its hash', async () => {
    const mean = writeBinaryproto({ shape: [1, 3, 4, 4], values: new Array<number>(48).fill(9) });
    put('mean.binaryproto', mean);
    await hwgq(folder, 'convert', ...FILES, '--mean', 'mean.binaryproto', '--out', 'mean.hwgq');
    const { preprocessing, provenance } = await inspect('mean.hwgq');
    expect(preprocessing).toMatchObject({ mean: 'a mean image' });
    expect(provenance.sources).toEqual([
      source('net.prototxt', COLOUR_PROTOTXT),
      source('net.caffemodel', colourWeights()),
      source('mean.binaryproto', mean),
    ]);
  });

  it.each([
    ['compact', 13],
    ['f16', 16],
    ['int8', 8],
    ['f32', 32],
  ])('stores weights in the form %s', async (form, bits) => {
    await hwgq(folder, 'convert', ...FILES, '--float', form, '--out', `${form}.hwgq`);
    expect((await inspect(`${form}.hwgq`)).layers[0]).toMatchObject({ name: 'ip', bits });
  });

  it('uses the preprocessing of a train_val file if none is given, and reports it', async () => {
    put('train_val.prototxt', COLOUR_TRAIN_VAL);
    const files = ['--prototxt', 'train_val.prototxt', '--weights', 'net.caffemodel', '--out', 'train_val.hwgq'];
    const { code, stderr } = await hwgq(folder, 'convert', ...files);
    expect([code, stderr]).toEqual([
      0,
      "hwgq: Using the preprocessing of the prototxt's data layer: mean 10, 20, 30, scale 0.125.\n",
    ]);
    expect(await inspect('train_val.hwgq')).toMatchObject({ preprocessing: { mean: [10, 20, 30], scale: 0.125 } });
    expect(await hwgq(folder, 'convert', ...files, '--mean', '1,2,3', '--scale', '2')).toMatchObject({ stderr: '' });
    expect(await inspect('train_val.hwgq')).toMatchObject({ preprocessing: { mean: [1, 2, 3], scale: 2 } });
  });

  it.each([
    [
      'a truncated caffemodel',
      'net.prototxt',
      colourWeights().subarray(0, 200),
      /^hwgq: broken: At byte \d+: .*damaged, truncated/,
    ],
    [
      'an unknown layer',
      COLOUR_PROTOTXT.replace('"InnerProduct"', '"Embed"'),
      'net.caffemodel',
      /broken:.*'ip'.*Embed/,
    ],
    ['a web page as weights', 'net.prototxt', '<!doctype html><title>404</title>', /broken:.*web page/],
    ['a web page as prototxt', '<!doctype html><title>404</title>', 'net.caffemodel', /broken:.*web page/],
    ['weights of another network', COLOUR_PROTOTXT.replace('"ip"', '"fc"'), 'net.caffemodel', /broken.*'fc'/],
    ['a missing file', 'net.prototxt', 'nowhere.caffemodel', /'nowhere\.caffemodel' cannot be read.*path/],
  ])('fails on %s with one line and writes nothing', async (_, prototxt, weights, message) => {
    const path = (given: string | Uint8Array) => {
      if (typeof given === 'string' && /^\w+\.\w+$/.test(given)) return given;
      put('broken', given);
      return 'broken';
    };
    const files = ['--prototxt', path(prototxt), '--weights', path(weights), '--out', 'broken.hwgq'];
    const { code, stdout, stderr } = await hwgq(folder, 'convert', ...files);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(existsSync(join(folder, 'broken.hwgq'))).toBe(false);
  });

  it.each([
    ['too few means', ['--mean', '1,2'], /'1, 2'.*3 numbers/],
    ['a mean that is not a number', ['--mean', '1,,2'], /--mean.*number/],
    ['a scale of 0', ['--scale', '0'], /scale is 0/],
    ['a scale that is not a number', ['--scale', 'half'], /--scale.*'half'/],
    ['an unknown channel order', ['--channels', 'cmyk'], /--channels.*bgr, rgb, gray/],
    ['an unknown form', ['--float', 'f8'], /--float.*compact, f16, int8, f32/],
    ['the wrong number of labels', ['--labels', 'few.txt'], /labels.*3 classes/],
  ])('reports %s as a usage error', async (_, options, message) => {
    const { code, stderr } = await hwgq(folder, 'convert', ...FILES, ...options, '--out', 'wrong.hwgq');
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it('leaves no partial file if the model cannot be written', async () => {
    const { code, stderr } = await hwgq(folder, 'convert', ...FILES, '--out', 'nowhere/net.hwgq');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/'nowhere\/net\.hwgq' cannot be written.*path/)]);
  });
});

describeShared('hwgq convert with public files', () => {
  it('converts cifar10_quick with its mean image', async () => {
    const quick = shared('caffemodels/cifar10_quick');
    const files = ['--prototxt', `${quick}/cifar10_quick.prototxt`];
    files.push('--weights', `${quick}/cifar10_quick_iter_5000.caffemodel`, '--mean', `${quick}/mean.binaryproto`);
    const { code } = await hwgq(folder, 'convert', ...files, '--channels', 'rgb', '--out', 'quick.hwgq');
    expect(code).toBe(0);
    const { preprocessing, provenance } = await inspect('quick.hwgq');
    expect(preprocessing).toMatchObject({ channels: 'rgb', width: 32, height: 32, mean: 'a mean image' });
    expect(provenance.sources[2]).toEqual(source('mean.binaryproto', readFileSync(`${quick}/mean.binaryproto`)));
  });
});

function put(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
}

async function inspect(model: string) {
  return JSON.parse((await hwgq(folder, 'inspect', model, '--json')).stdout);
}

function source(name: string, content: string | Uint8Array) {
  return { name, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}
