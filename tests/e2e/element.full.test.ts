import { expect, it } from 'vitest';
import { Heaps } from '../../src/bench/programs/support/devtools.ts';
import { useChromium } from '../support/surroundings.ts';
import { ElementPage, useElementSite } from './element-page.ts';

const CYCLES = 1000;
/** After this many cycles, everything that is created once exists. */
const FIRST = 200;
const MEBIBYTE = 2 ** 20;

/** Runs before the worker's own code, and counts what is alive. */
const COUNTER = `
self.counts = { devices: 0, buffers: 0 };
const { requestDevice } = GPUAdapter.prototype;
const { createBuffer } = GPUDevice.prototype;
const { destroy } = GPUBuffer.prototype;
const alive = new WeakSet();
GPUAdapter.prototype.requestDevice = async function (...given) {
  const device = await requestDevice.apply(this, given);
  self.counts.devices++;
  device.lost.then(() => self.counts.devices--);
  return device;
};
GPUDevice.prototype.createBuffer = function (descriptor) {
  const buffer = createBuffer.call(this, descriptor);
  alive.add(buffer);
  self.counts.buffers++;
  return buffer;
};
GPUBuffer.prototype.destroy = function () {
  if (alive.delete(this)) self.counts.buffers--;
  destroy.call(this);
};
`;

const site = useElementSite();
const browser = useChromium();

it.each(['webgpu', 'wasm'] as const)(
  'leaks nothing after 1,000 elements were added and removed, on %s',
  async (backend) => {
    const context = await browser().newContext();
    await context.route(/lib\/worker\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: COUNTER + (await response.text()) });
    });
    const kept = `<hwgq-classifier src="3.png" model="lenet.hwgq" region="square" backend="${backend}"></hwgq-classifier>`;
    const element = await ElementPage.open(context, site(), kept);
    const { page } = element;
    const heaps = await Heaps.of(page);
    await expect.poll(() => element.labels()).toEqual(['3']);
    const mount = (count: number) =>
      page.evaluate(async (count) => {
        const kept = document.querySelector('hwgq-classifier') as HTMLElement;
        for (let cycle = 0; cycle < count; cycle++) {
          const another = kept.cloneNode() as HTMLElement;
          await new Promise((resolve) => {
            another.addEventListener('result', resolve);
            document.querySelector('main')?.append(another);
          });
          another.remove();
        }
        (window as unknown as { events: unknown[] }).events.length = 0;
      }, count);
    const measure = async () => {
      // The last run frees its buffers after its result has been delivered, which no event reports.
      await page.waitForTimeout(1000);
      const [worker] = page.workers();
      if (!worker) throw new Error('The page has no worker.');
      const counts = await worker.evaluate(() => (self as unknown as { counts: object }).counts);
      return { ...counts, workers: page.workers().length, heaps: await heaps.usedBytes() };
    };
    await mount(FIRST);
    const first = await measure();
    await mount(CYCLES - FIRST);
    const last = await measure();
    console.log(`${backend}: after ${FIRST} and after ${CYCLES} cycles`, first, last);
    expect({ ...last, heaps: 0 }).toEqual({ ...first, heaps: 0 });
    expect(last).toMatchObject({ workers: 1, devices: backend === 'webgpu' ? 1 : 0 });
    for (const heap of ['page', 'workers', 'workerBuffers'] as const) {
      expect(last.heaps[heap] - first.heaps[heap], heap).toBeLessThan(2 * MEBIBYTE);
    }
    await page.evaluate(() => document.querySelector('hwgq-classifier')?.remove());
    await expect.poll(() => page.workers().length).toBe(0);
    expect(element.misdeeds).toEqual([]);
    await context.close();
  },
);
