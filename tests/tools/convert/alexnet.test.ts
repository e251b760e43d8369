import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isWeighted } from '../../../src/graph/graph.ts';
import { decodeModel } from '../../../src/model/decode.ts';
import { PROGRAM } from '../../cli/command.ts';
import { describeShared, shared } from '../../support/shared.ts';

/** Has a process print its peak memory, in KiB, as the last thing it does. */
const TELL_PEAK = "process.on('exit',()=>process.stdout.write(process.resourceUsage().maxRSS+'\\n'))";
const KIBIBYTE = 1024;

describeShared('a 250 MB AlexNet with ±alpha weights in ordinary layers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hwgq-alexnet-'));
  const caffemodel = join(folder, 'weights.caffemodel');
  const hwgq = join(folder, 'net.hwgq');
  let peakBytes: number;

  beforeAll(async () => {
    const file = openSync(caffemodel, 'w');
    execFileSync('xz', ['-dc', shared('golden/alexbw/weights.caffemodel.xz')], { stdio: ['ignore', file, 'inherit'] });
    closeSync(file);
    const files = ['--prototxt', shared('golden/alexbw/deploy.prototxt'), '--weights', caffemodel, '--out', hwgq];
    const program = [`--import=data:text/javascript,${TELL_PEAK}`, PROGRAM, 'convert', ...files];
    peakBytes = Number(execFileSync(process.execPath, program).toString().split('\n').at(-2)) * KIBIBYTE;
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('is packed to bits between its first and its last layer', () => {
    const layers = decodeModel(readFileSync(hwgq)).graph.layers.filter(isWeighted);
    expect(Object.fromEntries(layers.map(({ name, weights }) => [name, weights.form]))).toEqual({
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

  it('takes less than 16 MB', () => {
    expect(statSync(hwgq).size).toBeLessThan(16e6);
  });

  it('converts in less than 1.5 times its size, the whole process included', () => {
    expect(peakBytes).toBeLessThan(1.5 * statSync(caffemodel).size);
  });
});
