import { type Browser, chromium } from 'playwright-core';
import type { PreviewServer } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHROMIUM_FLAGS, findChromium } from '../support/chromium.ts';
import { Heaps } from '../support/devtools.ts';
import { describeShared, shared } from '../support/shared.ts';
import { serveSite } from './demo-page.ts';
import { EvaluatePage } from './evaluate-page.ts';

const MEBIBYTE = 2 ** 20;
const FIRST = 1000;

/** Runs before a worker's own code: counts the bytes of buffers and of WASM memories that are alive. */
const COUNTER = `
self.liveBytes = { gpu: 0, wasm: () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) };
const memories = [];
self.WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(limits) { super(limits); memories.push(this); }
};
const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = async (...given) => {
  const made = await instantiate(...given);
  const { exports } = made.instance ?? made;
  memories.push(...Object.values(exports).filter((value) => value.buffer instanceof ArrayBuffer));
  return made;
};
if (self.GPUDevice) {
  const { createBuffer, createTexture } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  self.liveBytes.textures = 0;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    self.liveBytes.gpu += descriptor.size;
    return createBuffer.call(this, descriptor);
  };
  GPUBuffer.prototype.destroy = function () {
    if (!this.isDestroyed) self.liveBytes.gpu -= this.size;
    this.isDestroyed = true;
    destroy.call(this);
  };
  GPUDevice.prototype.createTexture = function (descriptor) {
    self.liveBytes.textures++;
    return createTexture.call(this, descriptor);
  };
}
`;

let server: PreviewServer;
let url: string;
let browser: Browser;

beforeAll(async () => {
  ({ server, url } = await serveSite());
  browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

describeShared('over 10,000 images', () => {
  it('JavaScript heaps, WASM pages and GPU buffers stay as they are', async () => {
    const context = await browser.newContext();
    await context.route(/assets\/worker-.*\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: COUNTER + (await response.text()) });
    });
    const evaluate = await EvaluatePage.inContext(context, url);
    const { page } = evaluate;
    const heaps = await Heaps.of(page);
    const measure = async () => {
      const live = await page.workers()[0]?.evaluate(() => {
        const { gpu, wasm, textures } = (self as unknown as { liveBytes: LiveBytes }).liveBytes;
        return { gpu, wasm: wasm(), textures };
      });
      return { ...(await heaps.usedBytes()), ...live };
    };
    await evaluate.pickFolder(shared('data/mnist'));
    const isFar = (count: number) =>
      Number(/^[\d,]+/.exec(document.querySelector('#run-status')?.textContent ?? '')?.[0].replace(',', '')) >= count;
    await page.waitForFunction(isFar, FIRST, { timeout: 600_000 });
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.locator('#run[data-state=stopped]').waitFor();
    const first = await measure();
    await page.getByRole('button', { name: 'Go on' }).click();
    await evaluate.finish(3_000_000);
    const last = await measure();
    console.log('bytes at about 1,000 and at 10,000 images', first, last);
    expect(await evaluate.text('#right')).toMatch(/of 10,000 named rightly$/);
    expect(first.workers).toBeGreaterThan(0);
    expect(first.gpu).toBeGreaterThan(0);
    expect(first.textures).toBe(last.textures);
    for (const place of ['page', 'workers', 'gpu', 'wasm'] as const) {
      expect(Math.abs((last[place] ?? 0) - (first[place] ?? 0)), place).toBeLessThan(MEBIBYTE);
    }
    await context.close();
  });
});

interface LiveBytes {
  readonly gpu: number;
  readonly textures: number;
  readonly wasm: () => number;
}
