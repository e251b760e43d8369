import { type Browser, chromium } from 'playwright-core';
import type { PreviewServer } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHROMIUM_FLAGS, findChromium } from '../support/chromium.ts';
import { DemoPage, serveSite } from './demo-page.ts';
import { writeDigitFilm } from './digit-film.ts';

/** What the camera shows, a second each. */
const DIGITS = ['3', '8'];

let server: PreviewServer;
let url: string;
let browser: Browser;

beforeAll(async () => {
  ({ server, url } = await serveSite());
  const camera = [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${writeDigitFilm(DIGITS)}`,
  ];
  browser = await chromium.launch({ executablePath: findChromium(), args: [...CHROMIUM_FLAGS, ...camera] });
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

it('the demo’s labels alternate as what the camera shows does', async () => {
  const demo = await DemoPage.open(browser, url);
  const { page } = demo;
  await page.getByRole('tab', { name: 'Camera' }).click();
  await page.evaluate(() => {
    const label = document.querySelector('#answer-label');
    const labels: string[] = [];
    Object.assign(window, { labels });
    if (label) new MutationObserver(() => labels.push(label.textContent ?? '')).observe(label, { childList: true });
  });
  await page.getByRole('button', { name: 'Start the camera' }).click();
  const turns = () =>
    page.evaluate((digits) => {
      const { labels } = window as unknown as { labels: string[] };
      return labels.filter((label) => digits.includes(label)).filter((label, index, all) => label !== all[index - 1]);
    }, DIGITS);
  await expect.poll(async () => (await turns()).length, { timeout: 60_000 }).toBeGreaterThan(4);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect.poll(() => demo.answer()).toBe('Nothing to see yet');
  expect(demo.misdeeds).toEqual([]);
  await page.close();
});
