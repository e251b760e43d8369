import { relative, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type GoldenSet, goldenSets } from './golden-cases.ts';
import { requireShared } from './shared.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Golden networks by name, with the URLs of their folders. */
    golden: Readonly<Record<string, GoldenSet>>;
    /** Whether the long runs are enabled. */
    isFull: boolean;
  }
}

/** Prepares golden networks for tests that run in a page. */
export default async function setup(project: TestProject): Promise<void> {
  requireShared();
  const sets = Object.entries(await goldenSets());
  const served = sets.map(([net, { folder, cases }]) => [net, { folder: `/${relative(resolve('.'), folder)}`, cases }]);
  project.provide('golden', Object.fromEntries(served));
  project.provide('isFull', process.env.HWGQ_FULL === '1');
}
