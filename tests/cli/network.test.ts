import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeModel } from '../../src/model/encode.ts';
import { readNetwork } from '../../src/tools/caffe/network.ts';
import { leNet } from '../../src/tools/networks/lenet.ts';
import { NETWORK_NAMES } from '../../src/tools/networks/networks.ts';
import { seededModel } from '../../src/tools/networks/seeded-model.ts';
import { hwgq, temporaryFolder } from './command.ts';

const folder = temporaryFolder();

it('prints the deploy network', async () => {
  const { code, stdout } = await hwgq(folder, 'network', 'lenet');
  expect(code).toBe(0);
  expect(readNetwork(stdout)).toEqual(leNet());
});

it('writes the training network to a file and prints nothing', async () => {
  expect(await hwgq(folder, 'network', 'cifarvgg', '--train', '--out', 'train.prototxt')).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  expect(readFileSync(join(folder, 'train.prototxt'), 'utf8')).toMatch(/phase: TRAIN[\s\S]*SoftmaxWithLoss/);
});

it('writes a seeded model and prints its cost', async () => {
  const { stdout } = await hwgq(folder, 'network', 'lenet', '--model', 'lenet.hwgq', '--seed', '7');
  const bytes = readFileSync(join(folder, 'lenet.hwgq'));
  expect(stdout).toBe(
    'lenet.hwgq: LeNet-HWGQ, input 1×28×28, 430510 parameters (100.0% binary), 2293000 multiply-adds, ' +
      `${bytes.length} bytes\n`,
  );
  expect(bytes.equals(encodeModel(seededModel('lenet', 7)))).toBe(true);
});

it.each([
  ['an unknown network', ['lenet6'], NETWORK_NAMES.join(', ')],
  ['an invalid seed', ['lenet', '--seed', '1.5', '--model', 'refused.hwgq'], 'an integer of at least 1'],
])('rejects %s', async (_, args, message) => {
  const { code, stderr } = await hwgq(folder, 'network', ...args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(readdirSync(folder)).not.toContain('refused.hwgq');
});
