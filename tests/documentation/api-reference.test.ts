import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('equals what `npm run docs` generates from the docstrings', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hwgq-api-'));
  try {
    await promisify(execFile)(process.execPath, [
      'node_modules/typedoc/bin/typedoc',
      '--options',
      'build/typedoc.config.js',
      '--out',
      folder,
    ]);
    expect(filesIn('docs/api')).toEqual(filesIn(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function filesIn(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
