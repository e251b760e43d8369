import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';

export const PROGRAM = resolve('dist/cli/hwgq.js');

/** Result of a command. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the built command in a folder.
 * @throws Error if it has not been built.
 */
export function hwgq(folder: string, ...args: readonly string[]): Promise<Outcome> {
  if (!existsSync(PROGRAM)) throw new Error('dist/cli does not exist. Run `npm run build` first.');
  return new Promise((done) => {
    execFile(process.execPath, [PROGRAM, ...args], { cwd: folder }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

/** Creates a folder that is removed at the end of the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hwgq-command-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}
