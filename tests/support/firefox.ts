import { existsSync } from 'node:fs';
import { launch } from 'puppeteer-core';
import type { DrivenBrowser, Point } from './driven-browser.ts';

const PATHS = ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'];

/** Path of Firefox: HWGQ_FIREFOX or a standard location. */
export const firefoxPath = [process.env.HWGQ_FIREFOX, ...PATHS].find((path) => path && existsSync(path));

/** Starts Firefox with a fake camera. */
export async function startFirefox(): Promise<DrivenBrowser> {
  if (!firefoxPath) throw new Error('Firefox was not found. Install firefox-esr or set HWGQ_FIREFOX.');
  const browser = await launch({
    browser: 'firefox',
    executablePath: firefoxPath,
    protocolTimeout: 120_000,
    extraPrefsFirefox: { 'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true },
  });
  const page = await browser.newPage();
  await page.setViewport({ width: 1200, height: 900 });
  return {
    open: async (url) => void (await page.goto(url)),
    evaluate: (body) => page.evaluate(`(async () => {${body}})()`) as Promise<never>,
    click: (selector) => page.locator(selector).click(),
    drag: async ([[x, y] = [0, 0], ...others]: readonly Point[]) => {
      await page.mouse.move(x, y);
      await page.mouse.down();
      for (const [nextX, nextY] of others) await page.mouse.move(nextX, nextY, { steps: 2 });
      await page.mouse.up();
    },
    screenshot: () => page.screenshot(),
    close: () => browser.close(),
  };
}
