import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeModel } from '../../src/model/encode.ts';
import { exportOnnx } from '../../src/tools/onnx/export.ts';
import { smallModel } from '../support/small-model.ts';
import { hwgq, temporaryFolder } from './command.ts';

const folder = temporaryFolder();
const model = smallModel();
writeFileSync(join(folder, 'small.hwgq'), encodeModel(model));

it.each([
  ['the network itself', [], { form: 'exact' }],
  ['its float32 twin', ['--float-twin'], { form: 'float-twin' }],
  ['its int8 twin', ['--int8'], { form: 'int8-twin' }],
  ['the network itself', ['--blobs', 'q1, fc4', '--batch', '2'], { blobs: ['q1', 'fc4'], batch: 2 }],
] as const)('writes %s, %j', async (name, args, options) => {
  const { code, stdout, stderr } = await hwgq(folder, 'export', 'small.hwgq', '--onnx', 'small.onnx', ...args);
  const bytes = readFileSync(join(folder, 'small.onnx'));
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    new RegExp(`^small\\.onnx: small, ${name}, from data .×3×17×13 to .*, ${bytes.length} bytes\n$`),
  );
  expect(bytes.equals(exportOnnx(model, options))).toBe(true);
});

it.each([
  ['an unknown blob', ['--blobs', 'nowhere'], 2, /'nowhere'.*conv1.*fc4/],
  ['the input as a blob', ['--blobs', 'data'], 2, /'data' is the input.*conv1.*fc4/],
  ['a blob twice', ['--blobs', 'fc4,fc4'], 2, /'fc4' is requested twice/],
  ['an unknown blob of a twin', ['--float-twin', '--blobs', 'nowhere'], 2, /'nowhere'/],
  ['a batch of 0', ['--batch', '0'], 2, /--batch.*'0'/],
])('refuses %s in one line', async (_, args, code, message) => {
  const outcome = await hwgq(folder, 'export', 'small.hwgq', '--onnx', 'refused.onnx', ...args);
  expect(outcome).toEqual({ code, stdout: '', stderr: expect.stringMatching(message) });
  expect(outcome.stderr).toMatch(/^hwgq: [^\n]*\n$/);
  expect(readdirSync(folder)).not.toContain('refused.onnx');
});
