import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hwgq } from './command.ts';

describe('hwgq', () => {
  it.each([
    [
      'convert',
      ['--prototxt', '--weights', '--labels', '--mean', '--scale', '--channels', '--fit', '--float', '--out'],
    ],
    ['inspect', ['--json']],
    ['classify', ['--top', '--json', '--csv', '--backend']],
    ['run', ['--input', '--output', '--count', '--tap', '--backend']],
  ])('explains %s with --help', async (part, options) => {
    const { code, stdout, stderr } = await hwgq('.', part, '--help');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^Usage: hwgq ${part} `));
    expect(stdout.match(/^ {2}--[a-z]+/gm)?.map((option) => option.trim())).toEqual(options);
  });

  it('lists its parts and its exit codes with --help', async () => {
    const { code, stdout } = await hwgq('.', '--help');
    expect(code).toBe(0);
    for (const part of ['convert', 'inspect', 'classify', 'run'])
      expect(stdout).toMatch(new RegExp(`^ {2}${part} `, 'm'));
    expect(stdout).toContain('Exit codes:');
  });

  it('explains itself on standard error where it is given nothing to do', async () => {
    const { code, stdout, stderr } = await hwgq('.');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Usage: hwgq /);
  });

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await hwgq('.', '--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    [['clasify'], "unknown command 'clasify' (Did you mean classify?) See hwgq --help."],
    [['inspect'], "missing required argument 'model'. See hwgq inspect --help."],
    [['inspect', 'a', 'b'], 'too many arguments'],
    [['inspect', 'a', '--xml'], "unknown option '--xml'. See hwgq inspect --help."],
    [['convert', '--prototxt', 'a'], "required option '--weights <file>' not specified. See hwgq convert --help."],
    [
      ['export', 'a', '--onnx', 'b', '--float-twin', '--int8'],
      "option '--int8' cannot be used with option '--float-twin'. See hwgq export --help.",
    ],
    [
      ['bench', 'a', '--backend', 'reference', '--simd', 'plain', '--threads', '1'],
      '--simd plain --threads 1 is for WebAssembly, and --backend is reference.',
    ],
  ])('answers %s with one line and exit code 2', async (words, message) => {
    const { code, stdout, stderr } = await hwgq('.', ...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^hwgq: [^\n]*\n$/);
    expect(stderr).toContain(message);
  });
});
