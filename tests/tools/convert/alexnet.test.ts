import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isWeighted } from '../../../src/graph/graph.ts';
import { decodeModel } from '../../../src/model/decode.ts';
import { PROGRAM } from '../../cli/command.ts';
import { describeShared, shared } from '../../support/shared.ts';

/** Module that makes a process print its peak memory in KiB when it exits. */
const PRINT_PEAK_MEMORY = "process.on('exit',()=>process.stdout.write(process.resourceUsage().maxRSS+'\\n'))";
const KIBIBYTE = 1024;

describeShared('converting a 250 MB AlexNet with ±alpha weights in ordinary layers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hwgq-alexnet-'));
  const caffemodel = join(folder, 'weights.caffemodel');
  const hwgq = join(folder, 'net.hwgq');
  let peakBytes: number;

  beforeAll(async () => {
    const file = openSync(caffemodel, 'w');
    execFileSync('xz', ['-dc', shared('golden/alexbw/weights.caffemodel.xz')], { stdio: ['ignore', file, 'inherit'] });
    closeSync(file);
    const files = ['--prototxt', shared('golden/alexbw/deploy.prototxt'), '--weights', caffemodel, '--out', hwgq];
    const program = [`--import=data:text/javascript,${PRINT_PEAK_MEMORY}`, PROGRAM, 'convert', ...files];
    peakBytes = Number(execFileSync(process.execPath, program).toString().split('\n').at(-2)) * KIBIBYTE;
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('packs all layers but the first and the last to bits', () => {
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

  it('writes less than 16 MB', () => {
    expect(statSync(hwgq).size).toBeLessThan(16e6);
  });

  it('needs less memory than 1.6 times the size of the caffemodel', () => {
    expect(peakBytes).toBeLessThan(1.6 * statSync(caffemodel).size);
  });
});
