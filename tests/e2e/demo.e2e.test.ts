import { readFileSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, chromium } from 'playwright-core';
import { PNG } from 'pngjs';
import type { PreviewServer } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHROMIUM_FLAGS, findChromium } from '../support/chromium.ts';
import { goldenPrototxt, goldenWeights } from '../support/golden.ts';
import { describeShared } from '../support/shared.ts';
import { BRIGHTNESS_LABELS, BRIGHTNESS_PROTOTXT, brightnessWeights } from './brightness-net.ts';
import { DemoPage, type DroppedFile, serveSite } from './demo-page.ts';
import { DRAWN_DIGITS } from './digits.ts';

const NAMED_AT_LEAST = 18;

let server: PreviewServer;
let url: string;
let browser: Browser;

beforeAll(async () => {
  ({ server, url } = await serveSite());
  browser = await chromium.launch({
    executablePath: findChromium(),
    args: [...CHROMIUM_FLAGS, '--use-fake-device-for-media-stream'],
  });
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

it('names drawn digits', async () => {
  const demo = await DemoPage.open(browser, url);
  const wrong: string[] = [];
  for (const { digit, style, strokes } of DRAWN_DIGITS) {
    await demo.draw(strokes);
    const answer = await demo.answer();
    if (answer !== digit) wrong.push(`${digit}, ${style}: ${answer}`);
    await demo.page.getByRole('button', { name: 'Clear' }).click();
  }
  expect(wrong, wrong.join('; ')).toSatisfy(() => DRAWN_DIGITS.length - wrong.length >= NAMED_AT_LEAST);
  expect(demo.misdeeds).toEqual([]);
  await demo.page.close();
});

it('moves the scores while the pen is still down', async () => {
  const demo = await DemoPage.open(browser, url);
  const { mouse } = demo.page;
  const box = await demo.page.locator('#pad').boundingBox();
  const at = (x: number, y: number) =>
    [(box?.x ?? 0) + x * (box?.width ?? 0), (box?.y ?? 0) + y * (box?.height ?? 0)] as const;
  await mouse.move(...at(0.5, 0.1));
  await mouse.down();
  await mouse.move(...at(0.5, 0.9), { steps: 8 });
  expect(await demo.answer()).toBe('1');
  await mouse.up();
  await demo.page.close();
});

it('is drawn on with the keyboard alone', async () => {
  const demo = await DemoPage.open(browser, url);
  const { page } = demo;
  await page.getByRole('application', { name: 'Drawing area' }).focus();
  await page.keyboard.press('Space');
  for (let step = 0; step < 14; step++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  expect(await demo.answer()).toBe('1');
  await expect.poll(() => page.locator('#announcement').textContent()).toBe('It looks like: 1');
  await page.keyboard.press('Delete');
  expect(await demo.answer()).toBe('Nothing to see yet');
  await page.close();
});

it('takes a picture that is dropped, pasted or picked', async () => {
  const demo = await DemoPage.open(browser, url);
  const { page } = demo;
  await demo.give('drop', { name: 'seven.png', type: 'image/png', content: pictureOfSeven() });
  expect(await demo.answer()).toBe('7');
  await page.getByRole('tab', { name: 'Draw' }).click();
  expect(await demo.answer()).toBe('Nothing to see yet');
  await demo.give('paste', { name: 'seven.png', type: 'image/png', content: pictureOfSeven() });
  expect(await demo.answer()).toBe('7');
  await page.getByRole('radio', { name: /Objects/ }).check();
  await expect.poll(() => page.locator('.score-label').allTextContents()).toContain('automobile');
  const picked = { name: 'seven.png', mimeType: 'image/png', buffer: Buffer.from(pictureOfSeven()) };
  await page.locator('#picture-input').setInputFiles(picked);
  await expect.poll(() => demo.answer()).toMatch(/^[a-z]+$/);
  expect(demo.misdeeds).toEqual([]);
  await page.close();
});

it('looks through the camera, and lets it go', async () => {
  const demo = await DemoPage.open(browser, url, { permissions: ['camera'] });
  const { page } = demo;
  await page.getByRole('radio', { name: /Objects/ }).check();
  await page.getByRole('tab', { name: 'Camera' }).click();
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.locator('.score.is-best').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Start the camera' }).waitFor();
  expect(await demo.answer()).toBe('Nothing to see yet');
  expect(demo.misdeeds).toEqual([]);
  await page.close();
});

it('says when the camera is not allowed, and goes on', async () => {
  const demo = await DemoPage.open(browser, url, { permissions: [] });
  const { page } = demo;
  await page.getByRole('tab', { name: 'Camera' }).click();
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.getByText('The camera was not allowed.').waitFor();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await page.getByRole('tab', { name: 'Draw' }).click();
  await draw(demo, '7');
  expect(await demo.answer()).toBe('7');
  await page.close();
});

it('converts a dropped Caffe network, runs it, and converts it again with another mean', async () => {
  const demo = await DemoPage.open(browser, url);
  const { page } = demo;
  await draw(demo, '1');
  await demo.give('drop', { name: 'brightness.prototxt', content: BRIGHTNESS_PROTOTXT });
  await page.getByText('Waiting for the .caffemodel file.').waitFor();
  await demo.give(
    'drop',
    { name: 'brightness.caffemodel', content: brightnessWeights() },
    { name: 'labels.txt', content: BRIGHTNESS_LABELS },
  );
  await page.getByRole('radio', { name: /brightness/, checked: true }).waitFor();
  expect(await demo.answer()).toBe('light');
  await page.getByLabel('Mean', { exact: true }).fill('128');
  await page.getByRole('button', { name: 'Convert again' }).click();
  await expect.poll(() => demo.answer()).toBe('dark');
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Save the .hwgq file' }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe('brightness.hwgq');
  await page.getByRole('radio', { name: /Digits/ }).check();
  await expect.poll(() => demo.answer()).toBe('1');
  await demo.give('drop', { name: 'saved.hwgq', content: readFileSync(await saved.path()) });
  await expect.poll(() => demo.answer()).toBe('dark');
  expect(demo.misdeeds).toEqual([]);
  await page.close();
});

describeShared('with the golden LeNet', () => {
  it('converts it on the spot', async () => {
    const demo = await DemoPage.open(browser, url);
    await demo.give(
      'drop',
      { name: 'lenet-golden.caffemodel', content: goldenWeights('lenet') },
      { name: 'lenet-golden.prototxt', content: goldenPrototxt('lenet') },
    );
    await demo.page.getByRole('radio', { name: /lenet-golden/, checked: true }).waitFor();
    for (const digit of ['3', '8']) {
      await draw(demo, digit);
      expect(await demo.answer()).toBe(digit);
      await demo.page.getByRole('button', { name: 'Clear' }).click();
    }
    expect(demo.misdeeds).toEqual([]);
    await demo.page.close();
  });
});

it('says what is wrong with a broken file while the running model keeps running', async () => {
  const demo = await DemoPage.open(browser, url);
  await draw(demo, '7');
  const flipped = readFileSync('models/lenet.hwgq');
  flipped[5000] = (flipped[5000] ?? 0) ^ 1;
  const unknownLayer = BRIGHTNESS_PROTOTXT.replace('"InnerProduct"', '"Embed"');
  const network: DroppedFile = { name: 'net.prototxt', content: BRIGHTNESS_PROTOTXT };
  const weights: DroppedFile = { name: 'net.caffemodel', content: brightnessWeights() };
  const broken: readonly (readonly [files: readonly DroppedFile[], message: RegExp])[] = [
    [[network, { ...weights, content: brightnessWeights().subarray(0, 90) }], /byte/],
    [[{ ...network, content: unknownLayer }, weights], /Embed/],
    [[{ ...network, content: 'layer {' }, weights], /line 1, column/i],
    [[{ name: 'flipped.hwgq', content: flipped }], /damaged|hash/],
    [[{ name: 'page.hwgq', content: '<!doctype html><title>404</title>' }], /web page/],
    [[{ name: 'text.png', type: 'image/png', content: 'no picture' }], /not a picture/],
    [[{ name: 'song.mp3', type: 'audio/mpeg', content: 'la' }], /Pictures/],
  ];
  for (const [files, message] of broken) {
    await demo.give('drop', ...files);
    expect(await demo.notice()).toMatch(message);
    expect(await demo.answer()).toBe('7');
  }
  expect(demo.misdeeds).toEqual([]);
  await demo.page.close();
});

it('offers to start again when the network has died', async () => {
  const demo = await DemoPage.open(browser, url);
  const { page } = demo;
  await draw(demo, '7');
  await page.workers()[0]?.evaluate(() => {
    setTimeout(() => {
      throw new Error('the end');
    });
  });
  await page.waitForTimeout(200);
  await draw(demo, '1');
  await page.getByRole('button', { name: 'Start it again' }).click();
  await page.getByRole('button', { name: 'Clear' }).click();
  await draw(demo, '3');
  await expect.poll(() => demo.answer()).toBe('3');
  await page.close();
});

it('offers to try again when a model cannot be fetched', async () => {
  const demo = await DemoPage.open(browser, url);
  const { page } = demo;
  await page.route(/cifarsmall.*\.hwgq/, (route) => route.fulfill({ status: 503 }));
  await page.getByRole('radio', { name: /Objects/ }).click();
  await page.getByText(/answers 503/).waitFor();
  expect(await page.getByRole('radio', { name: /Digits/ }).isChecked()).toBe(true);
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('radio', { name: /Objects/, checked: true }).waitFor();
  await expect.poll(() => page.locator('.score-label').allTextContents()).toContain('truck');
  await page.close();
});

it('runs without WebGPU, and says so', async () => {
  const without = await chromium.launch({
    executablePath: findChromium(),
    args: CHROMIUM_FLAGS.filter((flag) => !/webgpu/i.test(flag)),
  });
  const demo = await DemoPage.open(without, url);
  await draw(demo, '3');
  expect(await demo.answer()).toBe('3');
  expect(await demo.page.locator('#fact-backend').textContent()).toBe('Interpreter');
  expect(demo.misdeeds).toEqual([]);
  await without.close();
});

it.each(['light', 'dark'] as const)('has no accessibility faults, %s', async (colorScheme) => {
  const demo = await DemoPage.open(browser, url, { colorScheme });
  await draw(demo, '3');
  await demo.answer();
  await demo.page.evaluate(axe.source);
  for (const tab of ['Draw', 'Camera', 'Picture']) {
    await demo.page.getByRole('tab', { name: tab }).click();
    const faults = await demo.page.evaluate(async () => {
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run();
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
    expect(faults, tab).toEqual([]);
  }
  await demo.page.close();
});

async function draw(demo: DemoPage, digit: string): Promise<void> {
  await demo.draw(DRAWN_DIGITS.find((drawn) => drawn.digit === digit)?.strokes ?? []);
}

/** A 7 in dark ink on light paper, as a PNG. */
function pictureOfSeven(): Uint8Array {
  const png = new PNG({ width: 90, height: 60 });
  png.data.fill(240);
  const blot = (left: number, top: number) => {
    for (let y = 0; y < 5; y++) png.data.fill(20, ((top + y) * 90 + left) * 4, ((top + y) * 90 + left + 5) * 4);
  };
  for (let step = 0; step <= 24; step++) blot(32 + step, 10);
  for (let step = 0; step <= 36; step++) blot(56 - Math.round(step * 0.45), 10 + step);
  for (let alpha = 3; alpha < png.data.length; alpha += 4) png.data[alpha] = 255;
  return PNG.sync.write(png);
}
