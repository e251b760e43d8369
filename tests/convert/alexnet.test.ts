import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeShared, shared } from '../support/shared.ts';

describeShared('a 250 MB AlexNet with ±alpha weights in ordinary layers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hwgq-alexnet-'));
  const caffemodel = join(folder, 'weights.caffemodel');
  let result: { forms: Record<string, string>; peakBytes: number };

  beforeAll(async () => {
    const file = openSync(caffemodel, 'w');
    execFileSync('xz', ['-dc', shared('golden/alexbw/weights.caffemodel.xz')], { stdio: ['ignore', file, 'inherit'] });
    closeSync(file);
    const entry = resolve('tests/support/measure-conversion.ts');
    await build({ configFile: false, logLevel: 'silent', build: { ssr: entry, outDir: folder, emptyOutDir: false } });
    const program = join(folder, 'measure-conversion.js');
    const output = execFileSync(process.execPath, [program, shared('golden/alexbw/deploy.prototxt'), caffemodel]);
    result = JSON.parse(output.toString());
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('is packed to bits between its first and its last layer', () => {
    expect(result.forms).toEqual({
      conv1: 'fixed13',
      conv2: 'binary',
      conv3: 'binary',
      conv4: 'binary',
      conv5: 'binary',
      fc6: 'binary',
      fc7: 'binary',
      fc8: 'float16',
    });
  });

  it('converts in less than 1.5 times its size, the whole process included', () => {
    expect(result.peakBytes).toBeLessThan(1.5 * statSync(caffemodel).size);
  });
});
