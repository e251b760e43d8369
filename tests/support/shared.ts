import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe } from 'vitest';

/** Reference data that is no part of the project: golden results, data sets, public models. */
const folder = resolve(process.env.HWGQ_SHARED ?? '../shared');

export const hasShared = existsSync(folder);

/** Absolute path of something in the reference data. */
export function shared(path: string): string {
  return resolve(folder, path);
}

/** A `describe` that is skipped where the reference data is absent, unless HWGQ_REQUIRE_SHARED=1 forbids that. */
export function describeShared(name: string, tests: () => void): void {
  requireShared();
  describe.skipIf(!hasShared)(hasShared ? name : `${name} (skipped: no ${folder})`, tests);
}

/** @throws Error where HWGQ_REQUIRE_SHARED=1 and the reference data is absent. */
export function requireShared(): void {
  if (!hasShared && process.env.HWGQ_REQUIRE_SHARED === '1') {
    throw new Error(`HWGQ_REQUIRE_SHARED=1, and there is no ${folder}. Set HWGQ_SHARED to the reference data.`);
  }
}
