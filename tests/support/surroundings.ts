import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { startChromium } from '../../src/bench/programs/support/chromium.ts';
import { serveSite } from '../../src/bench/programs/support/site-server.ts';
import type { WebServer } from '../../src/bench/programs/support/web-server.ts';

/** A Chromium that is there from the beginning of a test file to its end. */
export function useChromium(...flags: readonly string[]): () => Browser {
  return throughout(
    () => startChromium(...flags),
    (browser) => browser.close(),
  );
}

/** The built site, as long. */
export function useSite(...given: Parameters<typeof serveSite>): () => WebServer {
  return throughout(
    () => serveSite(...given),
    (server) => server.close(),
  );
}

/** Something that is made once for a test file, and let go after it. */
export function throughout<Thing>(begin: () => Promise<Thing>, end: (thing: Thing) => unknown): () => Thing {
  let thing: Thing | undefined;
  beforeAll(async () => {
    thing = await begin();
  });
  afterAll(async () => {
    if (thing) await end(thing);
  });
  return () => {
    if (!thing) throw new Error('It is there while tests run only.');
    return thing;
  };
}
