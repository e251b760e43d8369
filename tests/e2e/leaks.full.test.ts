import { expect, it } from 'vitest';
import { Heaps } from '../../src/bench/programs/support/devtools.ts';
import { countLiveBytes, liveBytes, WEBGPU_ONLY } from '../../src/bench/programs/support/live-bytes.ts';
import { describeShared, shared } from '../support/shared.ts';
import { useChromium, useSite } from '../support/surroundings.ts';
import { EvaluatePage } from './evaluate-page.ts';

const MEBIBYTE = 2 ** 20;
const FIRST = 1000;

const browser = useChromium();
const site = useSite();

describeShared('over 10,000 images', () => {
  it.each([
    { held: 'wasm', prelude: '' },
    { held: 'gpu', prelude: WEBGPU_ONLY },
  ] as const)('JavaScript heaps, WASM memory and GPU memory do not grow: $held', async ({ held, prelude }) => {
    const context = await browser().newContext();
    await countLiveBytes(context, prelude);
    const evaluate = await EvaluatePage.inContext(context, site().url);
    const { page } = evaluate;
    const heaps = await Heaps.of(page);
    const measure = async () => {
      return { ...(await heaps.usedBytes()), ...(await liveBytes(page.workers()[0])) };
    };
    await evaluate.pickFolder(shared('data/mnist'));
    const isFar = (count: number) =>
      Number(/^[\d,]+/.exec(document.querySelector('#run-status')?.textContent ?? '')?.[0].replace(',', '')) >= count;
    await page.waitForFunction(isFar, FIRST, { timeout: 600_000 });
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.locator('#run[data-state=stopped]').waitFor();
    const first = await measure();
    await page.getByRole('button', { name: 'Resume' }).click();
    await evaluate.finish(3_000_000);
    const last = await measure();
    console.log('bytes at about 1,000 and at 10,000 images', first, last);
    expect(await evaluate.text('#right')).toMatch(/of 10,000 correct$/);
    expect(first.workers).toBeGreaterThan(0);
    expect(first[held]).toBeGreaterThan(0);
    for (const place of ['page', 'workers', 'gpu', 'wasm'] as const) {
      expect(Math.abs((last[place] ?? 0) - (first[place] ?? 0)), place).toBeLessThan(MEBIBYTE);
    }
    await context.close();
  });
});
