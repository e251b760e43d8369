import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { encodeModel } from '../../src/model/encode.ts';
import { seededModel } from '../../src/tools/networks/seeded-model.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { useChromium, useSite } from '../support/surroundings.ts';
import { DemoPage } from './demo-page.ts';
import { DRAWN_DIGITS } from './digits.ts';

const browser = useChromium();
const site = useSite();

it('draws the network, the output codes of a layer, and its 1-bit weights', async () => {
  const demo = await DemoPage.open(browser(), site().url);
  const { page } = demo;
  await demo.draw(DRAWN_DIGITS.find(({ digit }) => digit === '7')?.strokes ?? []);
  await page.locator('#inside-views').scrollIntoViewIfNeeded();
  const maps = page.locator('#maps');
  await page.getByText('Output of conv1: 20 maps of 12×12; each value is one of 4 levels').waitFor();
  await expect.poll(() => tonesOf(maps)).toHaveLength(4);
  await expect.poll(() => tonesOf(page.locator('#weights'))).toHaveLength(2);
  await page.getByRole('radio', { name: /ip1/ }).check();
  await page.getByText('Output of ip1: 500 values').waitFor();
  await page.getByText('Weights: 500 filters, 800 weights each').waitFor();
  const before = await maps.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  await page.getByRole('radio', { name: /data/ }).check();
  await page.locator('#weights-figure').waitFor({ state: 'hidden' });
  await page.getByRole('radio', { name: /ip1/ }).check();
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByText('Nothing to see yet. Draw a digit or show a picture.').waitFor();
  await page.locator('#pad').scrollIntoViewIfNeeded();
  await demo.draw(DRAWN_DIGITS.find(({ digit }) => digit === '3')?.strokes ?? []);
  await page.locator('#inside-views').scrollIntoViewIfNeeded();
  await page.getByText('Output of ip1: 500 values').waitFor();
  await expect.poll(() => maps.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())).not.toBe(before);
  await page.getByRole('radio', { name: /Objects/ }).check();
  await page.locator('#inside-views').scrollIntoViewIfNeeded();
  await page.getByRole('radio', { name: /conv2_1/ }).check();
  await page.getByText('Weights: 128 filters, 64×3×3 each').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(demo.misdeeds).toEqual([]);
  await page.close();
});

it('shows the decisive pixels while enabled', async () => {
  const demo = await DemoPage.open(browser(), site().url);
  const { page } = demo;
  await demo.draw(DRAWN_DIGITS.find(({ digit }) => digit === '7')?.strokes ?? []);
  const map = page.locator('#decisive-map');
  expect(await map.isVisible()).toBe(false);
  await page.getByLabel('Which pixels decided?').check();
  await page.getByText('Bright areas: hiding them lowers the score most.').waitFor();
  await expect.poll(async () => (await tonesOf(map)).length).toBeGreaterThan(4);
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Clear' }).click();
  await map.waitFor({ state: 'hidden' });
  expect(demo.misdeeds).toEqual([]);
  await page.close();
});

it('overlays a class activation map for a network with global average pooling', async () => {
  const demo = await DemoPage.open(browser(), site().url);
  const { page } = demo;
  await demo.give('drop', { name: 'resnet18.hwgq', content: encodeModel(seededModel('resnet18', 1)) });
  await page.getByRole('radio', { name: /resnet18/, checked: true }).waitFor();
  await page.getByLabel('Which pixels decided?').check();
  await demo.draw(DRAWN_DIGITS.find(({ digit }) => digit === '7')?.strokes ?? []);
  await page.getByText('Bright areas: the last feature maps contribute most to the score.').waitFor();
  await expect.poll(async () => (await tonesOf(page.locator('#decisive-map'))).length).toBeGreaterThan(4);
  expect(demo.misdeeds).toEqual([]);
  await page.close();
});

/** Returns the distinct non-zero opacities on a canvas. */
function tonesOf(canvas: Locator): Promise<readonly number[]> {
  return canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const data = (element as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
    return [...new Set(Array.from(data).filter((_, index) => index % 4 === 3))].filter((alpha) => alpha > 0);
  });
}
