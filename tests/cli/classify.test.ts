import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { COLOUR_LABELS, COLOUR_PROTOTXT, colourWeights } from '../support/colour-net.ts';
import { hwgq, temporaryFolder } from './command.ts';
import { BLUE, GREEN, jpeg, png, RED, webp } from './pictures.ts';

const folder = temporaryFolder();

beforeAll(async () => {
  put('net.prototxt', COLOUR_PROTOTXT);
  put('net.caffemodel', colourWeights());
  put('labels.txt', COLOUR_LABELS);
  const files = ['--prototxt', 'net.prototxt', '--weights', 'net.caffemodel', '--labels', 'labels.txt'];
  await hwgq(folder, 'convert', ...files);
  mkdirSync(join(folder, 'pictures/more'), { recursive: true });
  mkdirSync(join(folder, 'empty'));
  put('red.png', png(RED));
  put('green.jpg', await jpeg(GREEN));
  put('blue.webp', await webp(BLUE));
  put('pictures/b.png', png(BLUE));
  put('pictures/a.PNG', png(RED));
  put('pictures/more/c, or "d".jpeg', await jpeg(GREEN));
  put('pictures/notes.txt', 'not a picture');
});

describe('hwgq classify', () => {
  it('classifies PNG, JPEG and WebP files, best category first', async () => {
    const { code, stdout, stderr } = await classify('red.png', 'green.jpg', 'blue.webp');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^red\.png: red \d+\.\d%, \w+ \d+\.\d%, \w+ \d+\.\d%$/),
      expect.stringMatching(/^green\.jpg: green /),
      expect.stringMatching(/^blue\.webp: blue /),
      '',
    ]);
  });

  it('classifies the pictures of a folder and its subfolders, sorted by path', async () => {
    const { code, stdout } = await classify('pictures', '--top', '1', '--json');
    expect(code).toBe(0);
    const names = JSON.parse(stdout).map(
      ({ file, categories }: { file: string; categories: { label: string }[] }) =>
        `${file} ${categories.map(({ label }) => label)}`,
    );
    expect(names).toEqual(['pictures/a.PNG red', 'pictures/b.png blue', 'pictures/more/c, or "d".jpeg green']);
  });

  it('prints JSON with scores that sum to 1', async () => {
    const [{ file, categories }] = JSON.parse((await classify('red.png', '--json')).stdout);
    expect([file, categories[0].index, categories[0].label]).toEqual(['red.png', 2, 'red']);
    const sum = categories.reduce((total: number, { score }: { score: number }) => total + score, 0);
    expect(sum).toBeCloseTo(1, 6);
  });

  it('prints CSV, quoted if necessary', async () => {
    const { stdout } = await classify('pictures/more', '--csv', '--top', '2');
    expect(stdout.split('\n')).toEqual([
      'file,rank,index,label,score',
      expect.stringMatching(/^"pictures\/more\/c, or ""d""\.jpeg",1,1,green,0\.\d+$/),
      expect.stringMatching(/^"pictures\/more\/c, or ""d""\.jpeg",2,\d,\w+,0\.\d+$/),
      '',
    ]);
  });

  it('reports pictures that cannot be read and classifies the others', async () => {
    put('cut.png', png(RED).subarray(0, 60));
    put('cut.jpg', (await jpeg(RED)).subarray(0, -20));
    put('cut.webp', (await webp(RED)).subarray(0, 30));
    put('text.png', 'not a picture');
    const broken = ['cut.png', 'cut.jpg', 'cut.webp', 'text.png', 'nowhere.png'];
    const { code, stdout, stderr } = await classify('red.png', ...broken, 'empty', 'blue.webp', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).map(({ file }: { file: string }) => file)).toEqual(['red.png', 'blue.webp']);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    for (const file of [...broken, 'empty']) {
      expect(lines.filter((line) => line.startsWith('hwgq: ') && line.includes(`'${file}'`))).toHaveLength(1);
    }
  });

  it('prints results and errors in the order of the pictures, for any number of threads', async () => {
    mkdirSync(join(folder, 'many'));
    const colours = Array.from({ length: 40 }, (_, index) => (['red', 'green', 'blue'] as const)[index % 3] ?? 'red');
    for (const [index, colour] of colours.entries()) {
      const content = index % 10 === 4 ? 'broken' : png({ red: RED, green: GREEN, blue: BLUE }[colour]);
      put(`many/${String(index).padStart(2, '0')}.png`, content);
    }
    const [one, four] = [await classify('many', '--threads', '1'), await classify('many', '--threads', '4')];
    expect(four).toEqual(one);
    expect(four.stdout.split('\n').map((line) => line.slice(5, 13))).toEqual([
      ...colours.flatMap((_, index) => (index % 10 === 4 ? [] : [`${String(index).padStart(2, '0')}.png: `])),
      '',
    ]);
    expect(four.stderr.match(/many\/\d\d/g)).toEqual(['many/04', 'many/14', 'many/24', 'many/34']);
  });

  it.each([
    ['a --top of 0', ['red.png', '--top', '0'], /--top.*'0'/],
    ['a --top that is not a number', ['red.png', '--top', 'all'], /--top.*'all'/],
    ['two output formats', ['red.png', '--json', '--csv'], /--json.*--csv/],
    ['a --threads of 0', ['red.png', '--threads', '0'], /--threads.*'0'/],
    ['an unknown backend', ['red.png', '--backend', 'cuda'], /--backend.*auto, wasm, webgpu, reference/],
    ['a missing picture', [], /missing required argument 'pictures'/],
  ])('reports %s as a usage error', async (_, args, message) => {
    const { code, stdout, stderr } = await hwgq(folder, 'classify', 'net.hwgq', ...args);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
    expect(stderr).toMatch(/^[^\n]*Run 'hwgq classify --help' for usage\.\n$/);
  });
});

function classify(...args: readonly string[]) {
  return hwgq(folder, 'classify', 'net.hwgq', ...args, '--backend', 'reference');
}

function put(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
}
