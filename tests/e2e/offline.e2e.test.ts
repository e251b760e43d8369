import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { SITE } from '../../src/bench/programs/support/site-server.ts';
import { useChromium, useSite } from '../support/surroundings.ts';
import { DemoPage } from './demo-page.ts';
import { DRAWN_DIGITS } from './digits.ts';

const browser = useChromium();
const site = useSite({}, '/some/where/');

it('runs under any path, without a network after the first visit, and mends what is damaged in its cache', async () => {
  const server = site();
  const demo = await DemoPage.open(browser(), server.url);
  const { page } = demo;
  await page.getByText('This page is kept on this device').waitFor();
  await expectNamed(demo, '7');
  expect(server.requests.filter((path) => path.startsWith('outside'))).toEqual([]);
  expect(demo.misdeeds).toEqual([]);

  server.isGone = true;
  await page.reload();
  await demo.waitForModel();
  await expectNamed(demo, '3');
  await page.getByRole('radio', { name: /Objects/ }).check();
  await page.getByRole('radio', { name: /Objects/, checked: true }).waitFor();
  await expect.poll(() => page.locator('.score-label').allTextContents()).toContain('truck');

  const lenet = `assets/${readdirSync(`${SITE}/assets`).find((name) => /^lenet.*\.hwgq$/.test(name))}`;
  await damage(page, lenet);
  await page.reload();
  await page.getByText(/Digits: the model could not be loaded/).waitFor();

  server.isGone = false;
  server.requests.length = 0;
  await page.reload();
  await demo.waitForModel();
  await expectNamed(demo, '7');
  expect(server.requests).toContain(lenet);
  expect(await hashInCache(page, lenet)).toBe(
    createHash('sha256')
      .update(readFileSync(`${SITE}/${lenet}`))
      .digest('hex'),
  );

  // A newer page is shown at once, whatever is kept.
  const newer = readFileSync(`${SITE}/index.html`, 'utf8').replace(/<title>.*<\/title>/, '<title>Newer</title>');
  server.replaced.set('index.html', newer);
  await page.reload();
  await demo.waitForModel();
  expect(await page.title()).toBe('Newer');
  await page.close();
});

async function expectNamed(demo: DemoPage, digit: string): Promise<void> {
  await demo.draw(DRAWN_DIGITS.find((drawn) => drawn.digit === digit)?.strokes ?? []);
  await expect.poll(() => demo.answer()).toBe(digit);
}

/** Changes a byte of a file that the page keeps. */
async function damage(page: Page, path: string): Promise<void> {
  await page.evaluate(async (path) => {
    const [name = ''] = await caches.keys();
    const cache = await caches.open(name);
    const url = new URL(path, location.href);
    const response = await cache.match(url);
    const bytes = new Uint8Array((await response?.arrayBuffer()) ?? []);
    bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    await cache.put(url, new Response(bytes, response ? { headers: response.headers } : {}));
  }, path);
}

function hashInCache(page: Page, path: string): Promise<string> {
  return page.evaluate(async (path) => {
    const response = await caches.match(new URL(path, location.href));
    const digest = await crypto.subtle.digest('SHA-256', (await response?.arrayBuffer()) ?? new ArrayBuffer());
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }, path);
}
