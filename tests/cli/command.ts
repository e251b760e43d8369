import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';

export const PROGRAM = resolve('dist/cli/hwgq.js');

/** What a command did. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the built command.
 * @throws Error where it has not been built.
 */
export function hwgq(folder: string, ...words: readonly string[]): Promise<Outcome> {
  if (!existsSync(PROGRAM)) throw new Error('There is no dist/cli: run `npm run build` first.');
  return new Promise((done) => {
    execFile(process.execPath, [PROGRAM, ...words], { cwd: folder }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

/** A folder that is there until the end of a test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hwgq-command-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}
