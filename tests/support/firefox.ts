import { existsSync } from 'node:fs';
import { launch } from 'puppeteer-core';
import type { DrivenBrowser, Point } from './driven-browser.ts';

const PATHS = ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'];

/** Path of Firefox: HWGQ_FIREFOX or a standard location. */
export const firefoxPath = [process.env.HWGQ_FIREFOX, ...PATHS].find((path) => path && existsSync(path));

/** The file by which Vulkan finds Mesa's software driver, llvmpipe; in Debian part of the package mesa-vulkan-drivers. */
const LLVMPIPE = '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json';

/** Why Firefox cannot run WebGPU here. Undefined if it can. */
export const firefoxGpuLack = !firefoxPath
  ? 'Firefox is not installed'
  : existsSync(LLVMPIPE)
    ? undefined
    : `${LLVMPIPE} is missing`;

/** Enables WebGPU on llvmpipe, which Firefox does not use by itself. */
const GPU_PREFERENCES = {
  'dom.webgpu.enabled': true,
  'dom.webgpu.workers.enabled': true,
  'dom.webgpu.wgpu-backend': 'vulkan',
  'gfx.webgpu.ignore-blocklist': true,
};

/**
 * Starts Firefox with a fake camera.
 * @param hasGpu whether it runs WebGPU, on a software adapter.
 */
export async function startFirefox(hasGpu = false): Promise<DrivenBrowser> {
  if (!firefoxPath) throw new Error('Firefox was not found. Install firefox-esr or set HWGQ_FIREFOX.');
  const browser = await launch({
    browser: 'firefox',
    executablePath: firefoxPath,
    protocolTimeout: hasGpu ? 3_600_000 : 120_000,
    ...(hasGpu ? { env: { ...process.env, VK_DRIVER_FILES: LLVMPIPE } } : {}),
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      ...(hasGpu ? GPU_PREFERENCES : {}),
    },
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
