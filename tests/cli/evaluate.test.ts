import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PNG } from 'pngjs';
import { beforeAll, expect, it } from 'vitest';
import { goldenMeta, mnistLabels } from '../support/golden.ts';
import { drawnPictures, writePictureFolders } from '../support/picture-folders.ts';
import { describeShared, shared } from '../support/shared.ts';
import { hwgq, type Outcome, PROGRAM, temporaryFolder } from './command.ts';

const folder = temporaryFolder();

beforeAll(() => writePictureFolders(join(folder, 'drawn'), drawnPictures()));

/** Runs `hwgq evaluate models/lenet.hwgq` on the interpreter, which gives the same results on every machine. */
function evaluate(...options: string[]): Promise<Outcome> {
  return hwgq(folder, 'evaluate', resolve('models/lenet.hwgq'), ...options, '--backend', 'reference');
}

it('gives the same results for every batch size and number of threads, as text, JSON and PNG', async () => {
  const json = join(folder, 'report.json');
  const [one, all] = [
    await evaluate('--data', join(folder, 'drawn'), '--batch', '1', '--threads', '1', '--json', json),
    await evaluate('--data', join(folder, 'drawn'), '--batch', '7', '--threads', '3'),
  ];
  const figures = (text: string) => text.slice(0, text.indexOf('pictures/s')).replace(/\d\S* $/, '');
  expect(figures(one.stdout)).toBe(figures(all.stdout));
  expect(one).toMatchObject({ code: 0, stderr: '' });
  const report = JSON.parse(readFileSync(json, 'utf8'));
  expect(report).toMatchObject({ pictures: 20, backend: 'reference', batch: 1, unreadable: [] });
  expect(report.correct).toBeGreaterThanOrEqual(16);
  expect(report.confusion.flat().reduce((sum: number, count: number) => sum + count, 0)).toBe(20);
  expect(one.stdout).toContain(`20 pictures, ${report.correct} correct`);
  const matrix = PNG.sync.read(readFileSync(join(folder, 'lenet-confusion.png')));
  expect(matrix.width).toBe(matrix.height);
});

it('reports broken pictures by name, in order, and evaluates those around them', async () => {
  const broken = join(folder, 'broken');
  writePictureFolders(broken, drawnPictures());
  const [first, second] = ['3', '7'].map((label) => `${label}/${readdirSync(join(broken, label))[0]}`) as [
    string,
    string,
  ];
  writeFileSync(join(broken, first), 'no picture');
  writeFileSync(join(broken, second), readFileSync(join(broken, second)).subarray(0, 60));
  const [one, three] = [
    await evaluate('--data', broken, '--threads', '1'),
    await evaluate('--data', broken, '--threads', '3'),
  ];
  expect(three.stderr.split('\n')).toEqual([
    expect.stringContaining(`'${first}' is not a PNG, JPEG or WebP picture`),
    expect.stringContaining(`'${second}' cannot be decoded`),
    '',
  ]);
  expect([one.stderr, one.code, three.code]).toEqual([three.stderr, 1, 1]);
  expect(three.stdout).toContain('18 pictures, ');
});

it('reports classes that the model does not have', async () => {
  writePictureFolders(join(folder, 'animals'), [{ label: 'cat', pixels: new Uint8Array(784) }]);
  const { code, stderr } = await evaluate('--data', join(folder, 'animals'));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^hwgq: 1 of 1 classes of the data set do not exist in the model: 'cat'/);
  expect((await evaluate('--data', join(folder, 'nowhere'))).stderr).toMatch(/nowhere' cannot be read/);
});

it('prints the results so far when it is interrupted', async () => {
  const many = Array.from({ length: 40 }, () => drawnPictures()).flat();
  writePictureFolders(join(folder, 'many'), many);
  // The command interrupts itself when it reads this picture: by then it has evaluated the pictures before it.
  const hook = join(folder, 'interrupt.mjs');
  writeFileSync(
    hook,
    `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
    const { readFile } = fs.promises;
    fs.promises.readFile = (path, ...rest) => {
      if (String(path).endsWith('00400.png')) process.kill(process.pid, 'SIGINT');
      return readFile(path, ...rest);
    };
    syncBuiltinESMExports();`,
  );
  const args = ['evaluate', resolve('models/lenet.hwgq'), '--data', 'many', '--batch', '1', '--backend', 'reference'];
  const child = spawn(process.execPath, ['--import', hook, PROGRAM, ...args], { cwd: folder });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  expect(await ended).toBe(130);
  expect(output).toMatch(/^stopped after \d+ of 800 pictures\n\d+ pictures, \d+ correct\ntop-1 /);
});

describeShared('on MNIST', () => {
  it('predicts the same digits as the original', async () => {
    const json = join(folder, 'report.json');
    await evaluate('--data', shared('data/mnist'), '--limit', '100', '--json', json);
    const labels = mnistLabels();
    const expected = goldenMeta('lenet')
      .top1.slice(0, 100)
      .filter((named, index) => named === labels[index]).length;
    expect(JSON.parse(readFileSync(json, 'utf8')).correct).toBe(expected);
  });
});
