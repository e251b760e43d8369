import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { create } from 'webgpu';
import { blobValue } from '../../src/graph/blobs.ts';
import { encodeModel } from '../../src/model/encode.ts';
import { interpret } from '../../src/reference/interpret.ts';
import { randomNumbers } from '../support/small-graph.ts';
import { smallModel } from '../support/small-model.ts';
import { hwgq, PROGRAM, temporaryFolder } from './command.ts';

const IMAGES = 3;
const LENGTH = 3 * 17 * 13;
const folder = temporaryFolder();
const model = smallModel();
const random = randomNumbers(5);
const inputs = Float32Array.from({ length: IMAGES * LENGTH }, () => Math.round(random() * 255) - 110);
writeFileSync(join(folder, 'small.hwgq'), encodeModel(model));
writeFileSync(join(folder, 'inputs.f32'), inputs);

describe('hwgq run', () => {
  it('writes the logits of every input', async () => {
    const { code, stdout, stderr } = await run('reference');
    expect([code, stdout, stderr]).toEqual([0, '', '']);
    expect(output()).toEqual(truth(IMAGES, ['fc4']));
  });

  it('writes the requested blobs of each input in the given order, a Quant blob as levels', async () => {
    await run('reference', '--blobs', 'q2, conv1,prob');
    expect(output()).toEqual(truth(IMAGES, ['q2', 'conv1', 'prob']));
    await run('reference', '--blobs', 'q1');
    expect(new Set(output())).toEqual(new Set([0, 0.538, 1.076, 1.614].map(Math.fround)));
  });

  it('runs only the first inputs with --count', async () => {
    await run('reference', '--count', '2', '--blobs', 'q1');
    expect(output()).toEqual(truth(2, ['q1']));
  });

  it('reports the chosen backend', async () => {
    const { code, stderr } = await run('auto', '--count', '1');
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^hwgq: Ran on wasm\.$/m)]);
  });

  it.for(['wasm', 'webgpu'])('writes blobs on %s that fusion removes', async (backend, context) => {
    // Dawn needs a Vulkan driver, which not every machine has.
    if (backend === 'webgpu' && !(await create([]).requestAdapter())) context.skip();
    const blobs = ['conv2', 'q2', 'pool1', 'fc4'];
    expect(await run(backend, '--blobs', blobs.join())).toMatchObject({ code: 0 });
    const [actual, expected] = [output(), truth(IMAGES, blobs)];
    expect(actual.length).toBe(expected.length);
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = expected.reduce((most, value, index) => Math.max(most, Math.abs(value - (actual[index] ?? NaN))), 0);
    expect(worst).toBeLessThan(1e-5 * largest);
  });

  it.each([
    ['an unknown blob', ['--blobs', 'fc4,nowhere'], 2, /'nowhere'.*conv1.*fc4/],
    ['a count larger than the number of inputs', ['--count', '4'], 2, /--count is 4.*3 inputs/],
    ['a count of 0', ['--count', '0'], 2, /--count.*'0'/],
    ['an unknown option', ['--blob', 'fc4'], 2, /--blob'.*--blobs\b/],
    ['a missing input', ['--input', 'nowhere.f32'], 1, /'nowhere\.f32' cannot be read/],
    ['an input of the wrong size', ['--input', 'small.hwgq'], 1, /'small\.hwgq' has \d+ bytes.*2652/],
    ['an output that cannot be written', ['--output', 'nowhere/out.f32'], 1, /'nowhere\/out\.f32' cannot be written/],
  ])('rejects %s in one line', async (_, args, code, message) => {
    const outcome = await run('reference', ...args);
    expect(outcome).toEqual({ code, stdout: '', stderr: expect.stringMatching(message) });
    expect(outcome.stderr).toMatch(/^hwgq: [^\n]*\n$/);
  });

  it('leaves no complete-looking output when it is interrupted', async () => {
    writeFileSync(join(folder, 'digits.f32'), new Float32Array(5000 * 784));
    const args = ['run', resolve('models/lenet.hwgq'), '--input', 'digits.f32', '--output', 'interrupted.f32'];
    const child = spawn(process.execPath, [PROGRAM, ...args, '--backend', 'reference'], { cwd: folder });
    await expect
      .poll(() => readdirSync(folder).some((name) => /^interrupted\.f32\.[0-9a-f]{16}\.part$/.test(name)))
      .toBe(true);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([null, 'SIGINT']);
    expect(existsSync(join(folder, 'interrupted.f32'))).toBe(false);
  });
});

/** Runs `hwgq run`. An option in `args` overrides the default one. */
function run(backend: string, ...args: readonly string[]) {
  const files = ['--input', 'inputs.f32', '--output', 'output.f32'];
  return hwgq(folder, 'run', 'small.hwgq', ...files, '--backend', backend, ...args);
}

function output(): Float32Array {
  return new Float32Array(Uint8Array.from(readFileSync(join(folder, 'output.f32'))).buffer);
}

function truth(images: number, blobs: readonly string[]): Float32Array {
  const values = blobs.map((blob) => blobValue(model.graph, blob));
  const all: number[] = [];
  for (let image = 0; image < images; image++) {
    const result = interpret(model.graph, inputs.subarray(image * LENGTH, (image + 1) * LENGTH), values);
    for (const value of values) all.push(...(result.get(value) ?? []));
  }
  return Float32Array.from(all);
}
