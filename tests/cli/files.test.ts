import { execFileSync } from 'node:child_process';
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { COLOUR_PROTOTXT, colourWeights } from '../support/colour-net.ts';
import { hwgq, temporaryFolder } from './command.ts';
import { GREEN, png, RED } from './pictures.ts';

const folder = temporaryFolder();
const FILES = ['--prototxt', 'net.prototxt', '--weights', 'net.caffemodel'];
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  writeFileSync(at('net.prototxt'), COLOUR_PROTOTXT);
  writeFileSync(at('net.caffemodel'), colourWeights());
  writeFileSync(at('labels.txt'), 'blue\u001b]0;title\u0007\ngreen\u202e\nred\u009b31m\n');
  await hwgq(folder, 'convert', ...FILES, '--labels', 'labels.txt', '--out', 'net.hwgq');
  writeFileSync(at('red.png'), png(RED));
});

describe('outputs of hwgq', () => {
  it('are not written through a link, nor over files that happen to have a similar name', async () => {
    writeFileSync(at('precious.txt'), 'precious');
    symlinkSync('precious.txt', at('link.prototxt'));
    symlinkSync('precious.txt', at('a.prototxt.part'));
    writeFileSync(at('b.prototxt.part'), 'mine');
    expect(await hwgq(folder, 'network', 'lenet', '--out', 'link.prototxt')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("'link.prototxt' is a link"),
    });
    for (const name of ['a', 'b']) {
      expect(await hwgq(folder, 'network', 'lenet', '--out', `${name}.prototxt`)).toMatchObject({ code: 0 });
      expect(lstatSync(at(`${name}.prototxt`)).isFile()).toBe(true);
    }
    expect(readFileSync(at('precious.txt'), 'utf8')).toBe('precious');
    expect(readFileSync(at('b.prototxt.part'), 'utf8')).toBe('mine');
    expect(readdirSync(folder).filter((name) => /[0-9a-f]{16}\.part$/.test(name))).toEqual([]);
  });

  it.each([
    ['export', ['export', 'in.hwgq', '--onnx', 'in.hwgq']],
    ['export, by another path', ['export', 'in.hwgq', '--onnx', './more/../in.hwgq']],
    ['export, by a link', ['export', 'linked.hwgq', '--onnx', 'in.hwgq']],
    ['run', ['run', 'net.hwgq', '--input', 'in.hwgq', '--output', 'in.hwgq']],
    ['bench', ['bench', 'in.hwgq', '--json', 'in.hwgq']],
    ['evaluate', ['evaluate', 'in.hwgq', '--data', 'pictures', '--json', 'in.hwgq']],
    ['merge', ['merge', 'in.hwgq', '--json', 'in.hwgq']],
    ['convert', ['convert', '--prototxt', 'net.prototxt', '--weights', 'in.hwgq', '--out', 'in.hwgq']],
    ['network, with two equal outputs', ['network', 'lenet', '--out', 'in.hwgq', '--model', 'in.hwgq']],
  ])('are refused if they are the input of %s', async (_, args) => {
    mkdirSync(at('more'), { recursive: true });
    cpSync(at('net.hwgq'), at('in.hwgq'));
    if (!readdirSync(folder).includes('linked.hwgq')) symlinkSync('in.hwgq', at('linked.hwgq'));
    const { code, stderr } = await hwgq(folder, ...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^hwgq: The output '.*' is also an/)]);
    expect(readFileSync(at('in.hwgq'))).toEqual(readFileSync(at('net.hwgq')));
  });
});

describe('folders of pictures', () => {
  it('are read without following links to folders and without waiting for pipes', async () => {
    mkdirSync(at('pictures/red'), { recursive: true });
    writeFileSync(at('pictures/red/a.png'), png(RED));
    writeFileSync(at('green.png'), png(GREEN));
    symlinkSync('../../green.png', at('pictures/red/linked.png'));
    for (const name of ['up', 'again']) symlinkSync('..', at(`pictures/red/${name}`));
    symlinkSync('nowhere.png', at('pictures/red/broken.png'));
    execFileSync('mkfifo', [at('pictures/red/pipe.png')]);
    const { code, stdout } = await hwgq(folder, 'classify', 'net.hwgq', 'pictures', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).map(({ file }: { file: string }) => file)).toEqual([
      'pictures/red/a.png',
      'pictures/red/linked.png',
    ]);
  });
});

describe('control characters', () => {
  it('of labels and names are escaped', async () => {
    const outputs = [
      await hwgq(folder, 'classify', 'net.hwgq', 'red.png'),
      await hwgq(folder, 'inspect', 'net.hwgq'),
      await hwgq(folder, 'classify', 'net.hwgq', 'no\u001b]0;title\u0007.png'),
    ];
    for (const { stdout, stderr } of outputs) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not appear.
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
    expect(outputs[0]?.stdout).toContain('red\\x9b31m');
  });

  it('are kept in JSON and CSV for programs', async () => {
    const { stdout } = await hwgq(folder, 'classify', 'net.hwgq', 'red.png', '--csv');
    expect(stdout).toContain('red\u009b31m');
  });
});
