import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { SITE } from '../../src/bench/programs/support/site-server.ts';
import { useChromium, useSite } from '../support/surroundings.ts';
import { DemoPage } from './demo-page.ts';
import { DRAWN_DIGITS } from './digits.ts';

const browser = useChromium();
const site = useSite({}, '/some/where/');

/** A demo whose service worker has cached the site. Each has its own browser context, and therefore its own cache. */
async function openCached(): Promise<DemoPage> {
  const demo = await DemoPage.open(browser(), site().url);
  await demo.page.getByText('This page is stored on this device').waitFor();
  return demo;
}

const lenetPath = `assets/${readdirSync(`${SITE}/assets`).find((name) => /^lenet.*\.hwgq$/.test(name))}`;

afterEach(() => {
  const server = site();
  server.isGone = false;
  server.requests.length = 0;
  server.replaced.clear();
});

it('requests nothing outside the path it is served under', async () => {
  const demo = await openCached();
  await expectNamed(demo, '7');
  const paths = site().requests;
  expect(paths).toContain('index.html');
  expect(paths.filter((path) => path.startsWith('outside'))).toEqual([]);
  expect(demo.misdeeds).toEqual([]);
  await demo.page.close();
});

it('reloads without a network after the first visit', async () => {
  const demo = await openCached();
  site().isGone = true;
  await demo.page.reload();
  await demo.waitForModel();
  await expectNamed(demo, '3');
  await demo.page.close();
});

it('switches to another shipped model without a network', async () => {
  const demo = await openCached();
  site().isGone = true;
  await demo.page.reload();
  await demo.waitForModel();
  await demo.page.getByRole('radio', { name: /Objects/ }).check();
  await demo.page.getByRole('radio', { name: /Objects/, checked: true }).waitFor();
  await expect.poll(() => demo.page.locator('.score-label').allTextContents()).toContain('truck');
  await demo.page.close();
});

it('reports a damaged cached model that cannot be fetched again', async () => {
  const { page } = await openCached();
  await damage(page, lenetPath);
  site().isGone = true;
  await page.reload();
  await page.getByText(/Digits: the model could not be loaded/).waitFor();
  await page.close();
});

it('replaces a damaged cached model from the server', async () => {
  const demo = await openCached();
  await damage(demo.page, lenetPath);
  site().requests.length = 0;
  await demo.page.reload();
  await demo.waitForModel();
  await expectNamed(demo, '7');
  expect(site().requests).toContain(lenetPath);
  expect(await hashInCache(demo.page, lenetPath)).toBe(
    createHash('sha256')
      .update(readFileSync(`${SITE}/${lenetPath}`))
      .digest('hex'),
  );
  await demo.page.close();
});

it('shows a newer page at once, even if an older one is cached', async () => {
  const demo = await openCached();
  const newer = readFileSync(`${SITE}/index.html`, 'utf8').replace(/<title>.*<\/title>/, '<title>Newer</title>');
  site().replaced.set('index.html', newer);
  await demo.page.reload();
  await demo.waitForModel();
  expect(await demo.page.title()).toBe('Newer');
  await demo.page.close();
});

async function expectNamed(demo: DemoPage, digit: string): Promise<void> {
  await demo.draw(DRAWN_DIGITS.find((drawn) => drawn.digit === digit)?.strokes ?? []);
  await expect.poll(() => demo.answer()).toBe(digit);
}

/** Flips one bit of a file in the page's cache. */
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
