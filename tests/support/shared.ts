import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe } from 'vitest';

/** Folder of reference data that is not part of the project: golden results, data sets, public models. */
const folder = resolve(process.env.HWGQ_SHARED ?? '../shared');

export const hasShared = existsSync(folder);

/** Returns the absolute path of a file in the reference data. */
export function shared(path: string): string {
  return resolve(folder, path);
}

/** A `describe` that is skipped if the reference data is absent, unless HWGQ_REQUIRE_SHARED=1. */
export function describeShared(name: string, tests: () => void): void {
  requireShared();
  describe.skipIf(!hasShared)(hasShared ? name : `${name} (skipped: no ${folder})`, tests);
}

/** @throws Error if HWGQ_REQUIRE_SHARED=1 and the reference data is absent. */
export function requireShared(): void {
  if (!hasShared && process.env.HWGQ_REQUIRE_SHARED === '1') {
    throw new Error(
      `HWGQ_REQUIRE_SHARED is 1, but ${folder} does not exist. Set HWGQ_SHARED to the folder of the reference data.`,
    );
  }
}
