import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SAMPLES, type Sample } from '../documentation/samples.ts';
import { writeBinaryproto } from '../support/caffe-files.ts';
import { COLOUR_LABELS, COLOUR_PROTOTXT, COLOUR_TRAIN_VAL, colourWeights } from '../support/colour-net.ts';
import { hwgq, temporaryFolder } from './command.ts';
import { BLUE, jpeg, png, RED } from './pictures.ts';

const SUBCOMMANDS = ['convert', 'inspect', 'classify', 'evaluate', 'merge', 'run', 'network', 'export', 'bench'];

const text = readFileSync('docs/command.md', 'utf8');
const lines = (samples: readonly Sample[]) =>
  samples.filter(({ language }) => language === 'sh').flatMap(({ code }) => code.trim().split('\n'));
const examples = lines(SAMPLES.filter(({ place }) => place.startsWith('docs/command.md')));
const everywhere = lines(SAMPLES).filter((line) => line.startsWith('hwgq '));
const folder = temporaryFolder();

beforeAll(async () => {
  for (const name of ['pictures', 'test', 'test/red', 'test/blue']) mkdirSync(join(folder, name));
  const files: Record<string, string | Uint8Array> = {
    'deploy.prototxt': COLOUR_PROTOTXT,
    'train_val.prototxt': COLOUR_TRAIN_VAL,
    'net.caffemodel': colourWeights(),
    'labels.txt': COLOUR_LABELS,
    'mean.binaryproto': writeBinaryproto({ shape: [1, 3, 6, 6], values: new Array<number>(108).fill(100) }),
    'cat.png': png(RED),
    'pictures/blue.jpg': await jpeg(BLUE),
    'test/red/1.png': png(RED),
    'test/blue/1.png': png(BLUE),
    'test/val.txt': 'red/1.png 2\nblue/1.png 0\n',
    'inputs.f32': new Uint8Array(3 * 48 * 4),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
});

describe('examples in docs/command.md', () => {
  it('cover every subcommand', () => {
    expect(new Set(examples.map((line) => line.split(' ')[1]))).toEqual(new Set(SUBCOMMANDS));
  });

  it.each([...new Set([...everywhere, ...examples])])('%s', async (line) => {
    const [program, ...args] = line.split(' ');
    expect(program).toBe('hwgq');
    expect(await hwgq(folder, ...args)).toMatchObject({ code: 0 });
  });

  it('documents exactly the options that --help lists', async () => {
    for (const subcommand of SUBCOMMANDS) {
      const section = text.split(/^## /m).find((candidate) => candidate.startsWith(`${subcommand}\n`)) ?? '';
      const { stdout } = await hwgq(folder, subcommand, '--help');
      const options = stdout.match(/^ {2}--[a-z-]+/gm)?.map((option) => option.trim());
      expect(options, subcommand).not.toEqual([]);
      expect([...new Set(section.match(/--[a-z][a-z-]*/g))].sort(), subcommand).toEqual([...new Set(options)].sort());
    }
  });
});
