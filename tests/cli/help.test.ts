import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hwgq } from './command.ts';

describe('hwgq', () => {
  it.each([
    [
      'convert',
      [
        '--prototxt',
        '--weights',
        '--labels',
        '--mean',
        '--scale',
        '--channels',
        '--fit',
        '--float',
        '--scores',
        '--out',
      ],
    ],
    ['inspect', ['--json']],
    ['classify', ['--top', '--json', '--csv', '--shard', '--threads', '--backend']],
    [
      'evaluate',
      ['--data', '--split', '--limit', '--shard', '--threads', '--batch', '--json', '--matrix', '--backend'],
    ],
    ['merge', ['--json', '--matrix']],
    ['run', ['--input', '--output', '--count', '--blobs', '--backend']],
  ])('explains %s with --help', async (subcommand, options) => {
    const { code, stdout, stderr } = await hwgq('.', subcommand, '--help');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^Usage: hwgq ${subcommand} `));
    expect(stdout.match(/^ {2}--[a-z]+/gm)?.map((option) => option.trim())).toEqual(options);
  });

  it('lists subcommands and exit codes with --help', async () => {
    const { code, stdout } = await hwgq('.', '--help');
    expect(code).toBe(0);
    for (const subcommand of ['convert', 'inspect', 'classify', 'run']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${subcommand} `, 'm'));
    }
    expect(stdout).toContain('Exit codes:');
  });

  it('prints its usage on standard error if no subcommand is given', async () => {
    const { code, stdout, stderr } = await hwgq('.');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Usage: hwgq /);
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await hwgq('.', '--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    [['clasify'], "unknown command 'clasify' (Did you mean classify?) Run 'hwgq --help' for usage."],
    [['inspect'], "missing required argument 'model'. Run 'hwgq inspect --help' for usage."],
    [['inspect', 'a', 'b'], 'too many arguments'],
    [['inspect', 'a', '--xml'], "unknown option '--xml'. Run 'hwgq inspect --help' for usage."],
    [
      ['convert', '--prototxt', 'a'],
      "required option '--weights <file>' not specified. Run 'hwgq convert --help' for usage.",
    ],
    [
      ['export', 'a', '--onnx', 'b', '--float-twin', '--int8'],
      "option '--int8' cannot be used with option '--float-twin'. Run 'hwgq export --help' for usage.",
    ],
    [
      ['bench', 'a', '--backend', 'reference', '--simd', 'plain', '--threads', '1'],
      '--simd plain and --threads 1 can only be used with --backend wasm, and --backend is reference.',
    ],
  ])('reports a usage error for %j', async (args, message) => {
    const { code, stdout, stderr } = await hwgq('.', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^hwgq: [^\n]*\n$/);
    expect(stderr).toContain(message);
  });
});
