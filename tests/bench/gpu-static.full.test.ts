import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { missingTools } from '../../src/bench/gpu-static/drivers.ts';

const lack = missingTools();

describe.skipIf(lack)(`npm run gpu-static${lack ? ` (skipped: it needs ${lack})` : ''}`, () => {
  it('finds that the default kernels meet every limit', async () => {
    const run = promisify(execFile)('npm', ['run', '--silent', 'gpu-static', '--', '--bars']);
    const { stdout } = await run.catch((error: { stdout: string }) => error);
    expect(stdout).toContain('Every limit is met.');
  });
});
