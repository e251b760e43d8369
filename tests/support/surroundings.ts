import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { startChromium } from '../../src/bench/programs/support/chromium.ts';
import { serveSite } from '../../src/bench/programs/support/site-server.ts';
import type { WebServer } from '../../src/bench/programs/support/web-server.ts';

/** Starts Chromium before the tests of a file and closes it after them. */
export function useChromium(...flags: readonly string[]): () => Browser {
  return throughout(
    () => startChromium(...flags),
    (browser) => browser.close(),
  );
}

/** Serves the built site during the tests of a file. */
export function useSite(...given: Parameters<typeof serveSite>): () => WebServer {
  return throughout(
    () => serveSite(...given),
    (server) => server.close(),
  );
}

/** Creates a resource before the tests of a file and releases it after them. */
export function throughout<Thing>(begin: () => Promise<Thing>, end: (thing: Thing) => unknown): () => Thing {
  let thing: Thing | undefined;
  beforeAll(async () => {
    thing = await begin();
  });
  afterAll(async () => {
    if (thing) await end(thing);
  });
  return () => {
    if (!thing) throw new Error('The resource exists only while tests run.');
    return thing;
  };
}
