import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { PNG } from 'pngjs';
import { expect, it } from 'vitest';
import { CHROMIUM_FLAGS, findChromium, startChromium } from '../../src/bench/programs/support/chromium.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { COLOUR_TRAIN_VAL, colourWeights } from '../support/colour-net.ts';
import { goldenPrototxt, goldenWeights } from '../support/golden.ts';
import { describeShared } from '../support/shared.ts';
import { useChromium, useSite } from '../support/surroundings.ts';
import { BRIGHTNESS_LABELS, BRIGHTNESS_PROTOTXT, brightnessWeights } from './brightness-net.ts';
import { DemoPage, type DroppedFile } from './demo-page.ts';
import { DRAWN_DIGITS } from './digits.ts';

const NAMED_AT_LEAST = 18;
/** Time to wait for the right answer before a digit counts as not recognized, in milliseconds. */
const PATIENCE = 10_000;

const browser = useChromium('--use-fake-device-for-media-stream=device-count=2');
const site = useSite();

it('recognizes drawn digits', async () => {
  const demo = await DemoPage.open(browser(), site().url);
  const wrong: string[] = [];
  for (const { digit, style, strokes } of DRAWN_DIGITS) {
    await demo.draw(strokes);
    const named = expect.poll(() => demo.answer(), { timeout: PATIENCE }).toBe(digit);
    await named.catch(async () => wrong.push(`${digit}, ${style}: ${await demo.answer()}`));
    await demo.page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => demo.answer()).toBe('Nothing to see yet');
  }
  expect(wrong, wrong.join('; ')).toSatisfy(() => DRAWN_DIGITS.length - wrong.length >= NAMED_AT_LEAST);
  expect(demo.misdeeds).toEqual([]);
  await demo.page.close();
});

it('updates the scores while the pen is down', async () => {
  const demo = await DemoPage.open(browser(), site().url);
  const { mouse } = demo.page;
  const box = await demo.page.locator('#pad').boundingBox();
  const at = (x: number, y: number) =>
    [(box?.x ?? 0) + x * (box?.width ?? 0), (box?.y ?? 0) + y * (box?.height ?? 0)] as const;
  await mouse.move(...at(0.5, 0.1));
  await mouse.down();
  await mouse.move(...at(0.5, 0.9), { steps: 8 });
  await expect.poll(() => demo.answer()).toBe('1');
  await mouse.up();
  await demo.page.close();
});

it('supports drawing with the keyboard alone', async () => {
  const demo = await DemoPage.open(browser(), site().url);
  const { page } = demo;
  await page.getByRole('application', { name: 'Drawing area' }).focus();
  await page.keyboard.press('Space');
  for (let step = 0; step < 14; step++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await expect.poll(() => demo.answer()).toBe('1');
  await expect.poll(() => page.locator('#announcement').textContent()).toBe('It looks like: 1');
  await page.keyboard.press('Delete');
  await expect.poll(() => demo.answer()).toBe('Nothing to see yet');
  await page.close();
});

it('accepts a picture that is dropped, pasted, or chosen', async () => {
  const demo = await DemoPage.open(browser(), site().url);
  const { page } = demo;
  await demo.give('drop', { name: 'seven.png', type: 'image/png', content: pictureOfSeven() });
  await expect.poll(() => demo.answer()).toBe('7');
  await page.getByRole('tab', { name: 'Draw' }).click();
  await expect.poll(() => demo.answer()).toBe('Nothing to see yet');
  await demo.give('paste', { name: 'seven.png', type: 'image/png', content: pictureOfSeven() });
  await expect.poll(() => demo.answer()).toBe('7');
  await page.getByRole('radio', { name: /Objects/ }).check();
  await expect.poll(() => page.locator('.score-label').allTextContents()).toContain('automobile');
  const picked = { name: 'picked.png', mimeType: 'image/png', buffer: Buffer.from(pictureOfSeven()) };
  await page.locator('#picture-input').setInputFiles(picked);
  await page.locator('#picture-image[alt="picked.png"]').waitFor();
  await expect.poll(() => demo.answer()).toMatch(/^[a-z]+$/);
  expect(demo.misdeeds).toEqual([]);
  await page.close();
});

it('shows the later of two pictures even if the first one decodes more slowly', async () => {
  const context = await browser().newContext();
  await context.addInitScript(() => {
    const decode = window.createImageBitmap;
    window.createImageBitmap = async (source: ImageBitmapSource, options?: unknown) => {
      const isSlow = source instanceof File && source.name === 'slow.png';
      if (isSlow) await new Promise((resolve) => addEventListener('decode', resolve));
      const bitmap = await decode(source, options as ImageBitmapOptions);
      // The page has handled the earlier event by now.
      if (isSlow) setTimeout(() => dispatchEvent(new Event('decoded')));
      return bitmap;
    };
  });
  const demo = await DemoPage.openIn(context, site().url);
  await demo.give('drop', { name: 'slow.png', type: 'image/png', content: pictureOfSeven() });
  await demo.give('drop', { name: 'quick.png', type: 'image/png', content: pictureOfOne() });
  await expect.poll(() => demo.answer()).toBe('1');
  await demo.page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        addEventListener('decoded', () => resolve());
        dispatchEvent(new Event('decode'));
      }),
  );
  expect(await demo.page.locator('#picture-image').getAttribute('alt')).toBe('quick.png');
  await expect.poll(() => demo.answer()).toBe('1');
  await context.close();
});

it('never shows the answer to the previous picture', async () => {
  const demo = await DemoPage.open(browser(), site().url);
  const { page } = demo;
  await page.evaluate(() => {
    const [label, image] = [document.querySelector('#answer-label'), document.querySelector('#picture-image')];
    const seen: string[] = [];
    Object.assign(window, { seen });
    const send = MessagePort.prototype.postMessage;
    // Slow down every classification, so that another picture arrives in the meantime.
    MessagePort.prototype.postMessage = function (...message: unknown[]) {
      setTimeout(() => Reflect.apply(send, this, message), 400);
    };
    const note = () => seen.push(`${image?.getAttribute('alt')} ${label?.textContent}`);
    if (label) new MutationObserver(note).observe(label, { childList: true });
  });
  const seven: DroppedFile = { name: 'seven.png', type: 'image/png', content: pictureOfSeven() };
  const one: DroppedFile = { name: 'one.png', type: 'image/png', content: pictureOfOne() };
  await demo.give('drop', seven);
  await page.locator('#picture-image[alt="seven.png"]').waitFor();
  await demo.give('drop', one);
  await expect.poll(() => demo.answer()).toBe('1');
  const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  expect(seen).toContain('one.png 1');
  expect(seen.filter((pair) => pair === 'one.png 7' || pair === 'seven.png 1')).toEqual([]);
  await page.close();
});

it('shows drawing, answer, and first bars on one phone screen', async () => {
  const viewport = { width: 360, height: 800 };
  const demo = await DemoPage.open(browser(), site().url, { viewport, hasTouch: true });
  const { page } = demo;
  await draw(demo, '3');
  await expect.poll(() => demo.answer()).toBe('3');
  expect(await page.evaluate(() => [scrollX, scrollY])).toEqual([0, 0]);
  const bars = page.locator('.score');
  for (const part of [page.locator('#paper'), page.locator('.answer'), bars.nth(0), bars.nth(1), bars.nth(2)]) {
    const { x, y, width, height } = (await part.boundingBox()) ?? { x: -1, y: -1, width: 0, height: 0 };
    expect([x >= 0, y >= 0, x + width <= viewport.width, y + height <= viewport.height]).not.toContain(false);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width);
  await page.close();
});

it('uses the camera and releases it', async () => {
  const demo = await DemoPage.open(browser(), site().url, { permissions: ['camera'] });
  const { page } = demo;
  await page.getByRole('radio', { name: /Objects/ }).check();
  await page.getByRole('tab', { name: 'Camera' }).click();
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.locator('.score.is-best').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Start the camera' }).waitFor();
  await expect.poll(() => demo.answer()).toBe('Nothing to see yet');
  expect(demo.misdeeds).toEqual([]);
  await page.close();
});

it('offers a choice of several cameras and remembers it', async () => {
  const demo = await DemoPage.open(browser(), site().url, { permissions: ['camera'] });
  const { page } = demo;
  const cameras = page.getByRole('combobox', { name: 'Camera', exact: true });
  await page.getByRole('tab', { name: 'Camera' }).click();
  expect(await cameras.isVisible()).toBe(false);
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await cameras.waitFor();
  const names = await cameras.locator('option').allTextContents();
  expect(names).toHaveLength(2);
  const usual = await cameras.locator(':checked').textContent();
  const other = names.find((name) => name !== usual) ?? '';
  await cameras.selectOption({ label: other });
  await expect.poll(() => openedCamera(demo)).toBe(other);
  await expect.poll(() => cameras.evaluate((select) => select === document.activeElement)).toBe(true);
  await page.reload();
  await demo.waitForModel();
  await page.getByRole('tab', { name: 'Camera' }).click();
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await cameras.waitFor();
  expect(await openedCamera(demo)).toBe(other);
  expect(await cameras.locator(':checked').textContent()).toBe(other);
  expect(demo.misdeeds).toEqual([]);
  await page.close();
});

it('releases a camera if the tab is left while it starts', async () => {
  const context = await browser().newContext({ permissions: ['camera'] });
  await context.addInitScript(() => {
    const { mediaDevices } = navigator;
    const list = mediaDevices.enumerateDevices.bind(mediaDevices);
    mediaDevices.enumerateDevices = async () => {
      document.documentElement.dataset.listing = 'begun';
      await new Promise((resolve) => addEventListener('list', resolve));
      const devices = await list();
      // The page has handled the earlier event by now.
      setTimeout(() => Object.assign(document.documentElement.dataset, { listing: 'over' }));
      return devices;
    };
  });
  const demo = await DemoPage.openIn(context, site().url);
  const { page } = demo;
  await page.getByRole('tab', { name: 'Camera' }).click();
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.locator('html[data-listing=begun]').waitFor();
  await page.getByRole('tab', { name: 'Draw' }).click();
  await page.evaluate(() => dispatchEvent(new Event('list')));
  await page.locator('html[data-listing=over]').waitFor();
  await page.getByRole('tab', { name: 'Camera' }).click();
  await page.getByRole('button', { name: 'Start the camera' }).waitFor();
  expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
  expect(demo.misdeeds).toEqual([]);
  await context.close();
});

it('reports a denied camera and keeps working', async () => {
  const demo = await DemoPage.open(browser(), site().url, { permissions: [] });
  const { page } = demo;
  await page.getByRole('tab', { name: 'Camera' }).click();
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.getByText('Camera permission was denied.').waitFor();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await page.getByRole('tab', { name: 'Draw' }).click();
  await draw(demo, '7');
  await expect.poll(() => demo.answer()).toBe('7');
  await page.close();
});

it('converts a dropped Caffe network, runs it, and converts it again with another mean', async () => {
  const demo = await DemoPage.open(browser(), site().url);
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
  await expect.poll(() => demo.answer()).toBe('light');
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

it('uses the preprocessing of a train_val file and reports it', async () => {
  const demo = await DemoPage.open(browser(), site().url);
  const { page } = demo;
  await demo.give(
    'drop',
    { name: 'colours.prototxt', content: COLOUR_TRAIN_VAL },
    { name: 'colours.caffemodel', content: colourWeights() },
  );
  await page.getByText('mean 10, 20, 30, scale 0.125.').waitFor();
  expect(await page.getByLabel('Mean', { exact: true }).inputValue()).toBe('10, 20, 30');
  expect(await page.getByLabel('Scale').inputValue()).toBe('0.125');
  expect(demo.misdeeds).toEqual([]);
  await page.close();
});

describeShared('with the golden LeNet', () => {
  it('converts and runs it', async () => {
    const demo = await DemoPage.open(browser(), site().url);
    await demo.give(
      'drop',
      { name: 'lenet-golden.caffemodel', content: goldenWeights('lenet') },
      { name: 'lenet-golden.prototxt', content: goldenPrototxt('lenet') },
    );
    await demo.page.getByRole('radio', { name: /lenet-golden/, checked: true }).waitFor();
    for (const digit of ['3', '8']) {
      await draw(demo, digit);
      await expect.poll(() => demo.answer()).toBe(digit);
      await demo.page.getByRole('button', { name: 'Clear' }).click();
    }
    expect(demo.misdeeds).toEqual([]);
    await demo.page.close();
  });
});

it('reports a broken file while the current model keeps running', async () => {
  const demo = await DemoPage.open(browser(), site().url);
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
    [[{ name: 'flipped.hwgq', content: flipped }], /hash/],
    [[{ name: 'page.hwgq', content: '<!doctype html><title>404</title>' }], /web page/],
    [[{ name: 'text.png', type: 'image/png', content: 'no picture' }], /not a picture/],
    [[{ name: 'song.mp3', type: 'audio/mpeg', content: 'la' }], /accepts pictures/],
  ];
  for (const [files, message] of broken) {
    await demo.give('drop', ...files);
    expect(await demo.notice()).toMatch(message);
    await expect.poll(() => demo.answer()).toBe('7');
  }
  expect(demo.misdeeds).toEqual([]);
  await demo.page.close();
});

it('offers a restart when the worker has died', async () => {
  const demo = await DemoPage.open(browser(), site().url);
  const { page } = demo;
  await draw(demo, '7');
  const worker = page.workers().find((one) => /\/worker-[^/]*\.js$/.test(one.url()));
  await worker?.evaluate(() => {
    setTimeout(() => {
      throw new Error('the end');
    });
  });
  // The page notices at its next classification.
  const restart = page.getByRole('button', { name: 'Restart' });
  await expect.poll(() => draw(demo, '1').then(() => restart.count())).toBe(1);
  await restart.click();
  await page.getByRole('button', { name: 'Clear' }).click();
  await draw(demo, '3');
  await expect.poll(() => demo.answer()).toBe('3');
  await page.close();
});

it('keeps working when the GPU process crashes', async () => {
  // Use a separate browser, because a crash affects every page. Drop pictures instead of drawing: after such a crash
  // Chromium sometimes stops delivering animation frames and pointer events.
  const own = await startChromium();
  const demo = await DemoPage.open(own, site().url);
  await demo.page.locator('#backend').selectOption('webgpu');
  const isOnWebGpu = () => demo.page.getByText('WebGPU (software adapter)').count();
  await expect.poll(isOnWebGpu).toBe(1);
  await demo.give('drop', { name: 'seven.png', type: 'image/png', content: pictureOfSeven() });
  await expect.poll(() => demo.answer()).toBe('7');
  const devtools = await own.newBrowserCDPSession();
  const gpuProcess = async () => {
    const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
    return processInfo.find(({ type }) => type === 'GPU')?.id;
  };
  const crashed = await gpuProcess();
  expect(crashed).toBeGreaterThan(0);
  // This call and the closing of the browser may never be answered, because their peer is gone.
  devtools.send('Browser.crashGpuProcess').catch(() => {});
  await expect.poll(gpuProcess).not.toBe(crashed);
  await demo.give('drop', { name: 'one.png', type: 'image/png', content: pictureOfOne() });
  await expect.poll(() => demo.answer()).toBe('1');
  await expect.poll(isOnWebGpu).toBe(1);
  own.close().catch(() => {});
});

it('offers a retry when a model cannot be fetched', async () => {
  const demo = await DemoPage.open(browser(), site().url);
  const { page } = demo;
  await page.route(/cifarsmall.*\.hwgq/, (route) => route.fulfill({ status: 503 }));
  await page.getByRole('radio', { name: /Objects/ }).click();
  await page.getByText(/503/).waitFor();
  expect(await page.getByRole('radio', { name: /Digits/ }).isChecked()).toBe(true);
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('radio', { name: /Objects/, checked: true }).waitFor();
  await expect.poll(() => page.locator('.score-label').allTextContents()).toContain('truck');
  await page.close();
});

it('runs without WebGPU and reports it', async () => {
  const without = await chromium.launch({
    executablePath: findChromium(),
    args: CHROMIUM_FLAGS.filter((flag) => !/webgpu/i.test(flag)),
  });
  const demo = await DemoPage.open(without, site().url);
  await draw(demo, '3');
  await expect.poll(() => demo.answer()).toBe('3');
  expect(await demo.page.locator('#fact-backend').textContent()).toBe('WebAssembly');
  const adapter = () => demo.page.locator('#fact-adapter').textContent();
  await expect.poll(adapter).toMatch(/WebGPU (is not available|has no adapter)/);
  await demo.page.locator('#backend').selectOption('webgpu');
  await demo.page
    .getByText('WebGPU is not available: navigator.gpu is missing')
    .or(demo.page.getByText('WebGPU has no adapter'))
    .first()
    .waitFor();
  await expect.poll(() => demo.page.locator('#backend').inputValue()).toBe('auto');
  await demo.page.locator('#backend').selectOption('reference');
  await expect.poll(() => demo.page.locator('#fact-backend').textContent()).toBe('Interpreter');
  await expect.poll(() => demo.answer()).toBe('3');
  expect(demo.misdeeds).toEqual([]);
  await without.close();
});

it.each(['light', 'dark'] as const)('has no accessibility violations, %s', async (colorScheme) => {
  const demo = await DemoPage.open(browser(), site().url, { colorScheme });
  await draw(demo, '3');
  await expect.poll(() => demo.answer()).toBe('3');
  for (const tab of ['Draw', 'Camera', 'Picture']) {
    await demo.page.getByRole('tab', { name: tab }).click();
    expect(await accessibilityFaults(demo.page), tab).toEqual([]);
  }
  await demo.page.close();
});

async function draw(demo: DemoPage, digit: string): Promise<void> {
  await demo.draw(DRAWN_DIGITS.find((drawn) => drawn.digit === digit)?.strokes ?? []);
}

/** Returns the name of the camera in use. */
function openedCamera(demo: DemoPage): Promise<string> {
  return demo.page.locator('#camera-video').evaluate((video) => {
    const stream = video instanceof HTMLVideoElement ? video.srcObject : null;
    return stream instanceof MediaStream ? (stream.getVideoTracks()[0]?.label ?? '') : '';
  });
}

/** Encodes a 7 in dark ink on light paper as PNG. */
function pictureOfSeven(): Uint8Array {
  const across = Array.from({ length: 25 }, (_, step) => [32 + step, 10] as const);
  const down = Array.from({ length: 37 }, (_, step) => [56 - Math.round(step * 0.45), 10 + step] as const);
  return pictureOf([...across, ...down]);
}

function pictureOfOne(): Uint8Array {
  return pictureOf(Array.from({ length: 37 }, (_, step) => [43, 10 + step] as const));
}

/** Draws dots at these points. */
function pictureOf(places: readonly (readonly [left: number, top: number])[]): Uint8Array {
  const png = new PNG({ width: 90, height: 60 });
  png.data.fill(240);
  for (const [left, top] of places) {
    for (let y = 0; y < 5; y++) png.data.fill(20, ((top + y) * 90 + left) * 4, ((top + y) * 90 + left + 5) * 4);
  }
  for (let alpha = 3; alpha < png.data.length; alpha += 4) png.data[alpha] = 255;
  return PNG.sync.write(png);
}
