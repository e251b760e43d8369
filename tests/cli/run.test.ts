import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
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
  it('writes the scores before Softmax of every input', async () => {
    const { code, stdout, stderr } = await run('reference');
    expect([code, stdout, stderr]).toEqual([0, '', '']);
    expect(output()).toEqual(truth(IMAGES, ['fc4']));
  });

  it('writes the blobs asked for, in their order, for each input; a Quant blob as its levels', async () => {
    await run('reference', '--tap', 'q2, conv1,prob');
    expect(output()).toEqual(truth(IMAGES, ['q2', 'conv1', 'prob']));
    await run('reference', '--tap', 'q1');
    expect(new Set(output())).toEqual(new Set([0, 0.538, 1.076, 1.614].map(Math.fround)));
  });

  it('takes only the first inputs where told so', async () => {
    await run('reference', '--count', '2', '--tap', 'q1');
    expect(output()).toEqual(truth(2, ['q1']));
  });

  it('says which backend it has chosen', async () => {
    const { code, stderr } = await run('auto', '--count', '1');
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^hwgq: Ran on wasm\.$/m)]);
  });

  it.for(['wasm', 'webgpu'])('writes blobs on %s that fusion swallows', async (backend, context) => {
    // Dawn for Node takes a Vulkan driver, which not every machine has.
    if (backend === 'webgpu' && !(await create([]).requestAdapter())) context.skip();
    const taps = ['conv2', 'q2', 'pool1', 'fc4'];
    expect(await run(backend, '--tap', taps.join())).toMatchObject({ code: 0 });
    const [seen, wanted] = [output(), truth(IMAGES, taps)];
    expect(seen.length).toBe(wanted.length);
    const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = wanted.reduce((most, value, place) => Math.max(most, Math.abs(value - (seen[place] ?? NaN))), 0);
    expect(worst).toBeLessThan(1e-5 * largest);
  });

  it.each([
    ['an unknown blob', ['--tap', 'fc4,nowhere'], 2, /'nowhere'.*conv1.*fc4/],
    ['more inputs than there are', ['--count', '4'], 2, /--count is 4.*3 inputs/],
    ['a count of 0', ['--count', '0'], 2, /--count.*'0'/],
    ['an unknown option', ['--tape', 'fc4'], 2, /--tape.*--tap\b/],
    ['an input that is not there', ['--input', 'nowhere.f32'], 1, /'nowhere\.f32' cannot be read/],
    ['an input of another size', ['--input', 'small.hwgq'], 1, /'small\.hwgq' has \d+ bytes.*2652/],
    ['an output that cannot be written', ['--output', 'nowhere/out.f32'], 1, /'nowhere\/out\.f32' cannot be written/],
  ])('refuses %s in one line', async (_, words, code, message) => {
    const outcome = await run('reference', ...words);
    expect(outcome).toEqual({ code, stdout: '', stderr: expect.stringMatching(message) });
    expect(outcome.stderr).toMatch(/^hwgq: [^\n]*\n$/);
  });

  it('leaves nothing that looks like an output when it is interrupted', async () => {
    writeFileSync(join(folder, 'digits.f32'), new Float32Array(5000 * 784));
    const words = ['run', resolve('models/lenet.hwgq'), '--input', 'digits.f32', '--output', 'interrupted.f32'];
    const child = spawn(process.execPath, [PROGRAM, ...words, '--backend', 'reference'], { cwd: folder });
    await expect.poll(() => existsSync(join(folder, 'interrupted.f32.part'))).toBe(true);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([null, 'SIGINT']);
    expect(existsSync(join(folder, 'interrupted.f32'))).toBe(false);
  });
});

/** Words given twice count as they are given last. */
function run(backend: string, ...words: readonly string[]) {
  const files = ['--input', 'inputs.f32', '--output', 'output.f32'];
  return hwgq(folder, 'run', 'small.hwgq', ...files, '--backend', backend, ...words);
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
