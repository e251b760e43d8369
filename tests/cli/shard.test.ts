import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { COLOUR_LABELS, COLOUR_PROTOTXT, colourWeights } from '../support/colour-net.ts';
import { hwgq, type Outcome, temporaryFolder } from './command.ts';
import { BLUE, GREEN, png, RED } from './pictures.ts';

const SHARDS = 3;
const folder = temporaryFolder();

beforeAll(async () => {
  put('net.prototxt', COLOUR_PROTOTXT);
  put('net.caffemodel', colourWeights());
  put('labels.txt', COLOUR_LABELS);
  await hwgq(folder, 'convert', '--prototxt', 'net.prototxt', '--weights', 'net.caffemodel', '--labels', 'labels.txt');
  const colours = { red: RED, green: GREEN, blue: BLUE };
  for (const [label, colour] of Object.entries(colours)) {
    mkdirSync(join(folder, 'test', label), { recursive: true });
    for (let index = 0; index < 4; index++) put(`test/${label}/${index}.png`, png(index === 3 ? GREEN : colour));
  }
  put('test/red/broken.png', 'not a picture');
});

/** Runs a command once for each shard. */
function forEachShard(run: (shard: string, index: number) => Promise<Outcome>): Promise<Outcome[]> {
  return Promise.all(Array.from({ length: SHARDS }, (_, index) => run(`${index + 1}/${SHARDS}`, index + 1)));
}

function evaluate(...options: readonly string[]): Promise<Outcome> {
  return hwgq(folder, 'evaluate', 'net.hwgq', '--data', 'test', '--backend', 'reference', ...options);
}

function classify(...options: readonly string[]): Promise<Outcome> {
  return hwgq(folder, 'classify', 'net.hwgq', 'test', '--backend', 'reference', ...options);
}

describe('shards of an evaluation', () => {
  it('merge to the results of a single run', async () => {
    const single = await evaluate('--json', 'single.json', '--matrix', 'single.png');
    const shards = await forEachShard((shard, index) => evaluate('--shard', shard, '--json', `part-${index}.json`));
    expect(shards.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(shards[1]?.stdout).toMatch(/^shard 2\/3\n\d pictures, /);
    const parts = ['part-2.json', 'part-3.json', 'part-1.json'];
    const merged = await hwgq(folder, 'merge', ...parts, '--json', 'merged.json', '--matrix', 'merged.png');
    expect(merged).toMatchObject({ code: 1, stderr: single.stderr });
    expect(merged.stderr).toMatch(/^hwgq: .*broken\.png/);
    expect(single.stdout.startsWith(merged.stdout.slice(0, merged.stdout.indexOf('confusion matrix:')))).toBe(true);
    const { batch: _, seconds: __, ...expected } = json('single.json');
    const { shards: count, seconds: ___, ...actual } = json('merged.json');
    expect(actual).toEqual(expected);
    expect(actual).toMatchObject({ pictures: 12, unreadable: [{ name: expect.stringContaining('broken.png') }] });
    expect(count).toBe(SHARDS);
    expect(readFileSync(join(folder, 'merged.png'))).toEqual(readFileSync(join(folder, 'single.png')));
  });

  it('can be limited to the first pictures', async () => {
    await evaluate('--limit', '5', '--json', 'single.json', '--matrix', 'single.png');
    await forEachShard((shard, index) => evaluate('--limit', '5', '--shard', shard, '--json', `few-${index}.json`));
    await hwgq(folder, 'merge', 'few-1.json', 'few-2.json', 'few-3.json', '--json', 'merged.json');
    expect(json('merged.json').confusion).toEqual(json('single.json').confusion);
    const mixed = await hwgq(folder, 'merge', 'few-1.json', 'part-2.json', 'part-3.json');
    expect(mixed).toMatchObject({ code: 2, stdout: '' });
    expect(mixed.stderr).toMatch(/data set: .*5 pictures.*13 pictures/);
  });

  it('are rejected if files are missing or unreadable', async () => {
    const missing = await hwgq(folder, 'merge', 'part-1.json', 'part-3.json');
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toMatch(/^hwgq: 2 of 3 shards are given\. Missing: 2\/3\./);
    const nowhere = await hwgq(folder, 'merge', 'part-1.json', 'nowhere.json');
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringMatching(/'nowhere\.json' cannot be read/) });
    const report = await hwgq(folder, 'merge', 'single.json');
    expect(report).toMatchObject({ code: 1, stderr: expect.stringMatching(/'single\.json' is not a part/) });
  });

  it('need a file for the part', async () => {
    const { code, stderr } = await evaluate('--shard', '1/2');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--shard 1\/2 is given without --json/)]);
  });

  it.each(['0/2', '3/2', '2', 'all'])('cannot be %s', async (shard) => {
    const { code, stdout, stderr } = await evaluate('--shard', shard, '--json', 'part.json');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/--shard.*Pass I\/N, such as 2\/8, with I from 1 to N\./);
  });
});

describe('shards of a classification', () => {
  it.each([
    ['CSV', ['--csv']],
    ['text', ['--top', '2']],
  ])('print the whole output in %s if they are joined in order', async (_, options) => {
    const whole = await classify(...options);
    const shards = await forEachShard((shard) => classify(...options, '--shard', shard));
    expect(shards.map(({ stdout }) => stdout).join('')).toBe(whole.stdout);
    expect(shards.map(({ stderr }) => stderr).join('')).toBe(whole.stderr);
    expect(shards.every(({ stdout }) => stdout.split('\n').length > 3)).toBe(true);
  });

  it('print the whole array of JSON if they are joined in order', async () => {
    const whole = await classify('--json');
    const shards = await forEachShard((shard) => classify('--json', '--shard', shard));
    expect(shards.flatMap(({ stdout }) => JSON.parse(stdout))).toEqual(JSON.parse(whole.stdout));
  });
});

function json(name: string) {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

function put(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
}
