import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveSite } from '../../src/bench/programs/support/site-server.ts';
import { WebServer } from '../../src/bench/programs/support/web-server.ts';
import { colourChunks } from '../support/colour-spaces.ts';
import type { DrivenBrowser, Point } from '../support/driven-browser.ts';
import { firefoxPath, startFirefox } from '../support/firefox.ts';
import { png } from '../support/png.ts';
import { hasWebKit, startWebKit } from '../support/webkit.ts';
import { DRAWN_DIGITS } from './digits.ts';
import { ElementSite } from './element-page.ts';

const BROWSERS = [
  { name: 'Firefox', start: () => startFirefox(), isHere: firefoxPath !== undefined, simd: 'relaxed' },
  { name: 'WebKitGTK', start: startWebKit, isHere: hasWebKit, simd: 'plain' },
];

const PATIENCE = { timeout: 60_000 };

/** A page that alternates between 1 and 0, each until the stream of results recognizes it. */
const CANVAS_PAGE = {
  'canvas.html': `<!doctype html>
    <title>A stream of a canvas</title>
    <canvas width="200" height="200"></canvas>
    <script type="module" src="canvas.js"></script>`,
  'canvas.js': `
    import { createClassifier } from './lib/index.js';
    const canvas = document.querySelector('canvas');
    const context = canvas.getContext('2d');
    function show(digit) {
      context.fillStyle = '#fff';
      context.fillRect(0, 0, 200, 200);
      context.lineWidth = 16;
      context.beginPath();
      if (digit === '1') {
        context.moveTo(104, 40);
        context.lineTo(96, 160);
      } else context.ellipse(100, 100, 40, 60, 0, 0, 2 * Math.PI);
      context.stroke();
    }
    const classifier = await createClassifier({ model: 'lenet.hwgq' });
    const named = [];
    let wanted = '1';
    show(wanted);
    let last;
    for await (const result of classifier.stream(canvas)) {
      last = result;
      if (result.categories[0].label !== wanted) continue;
      named.push(wanted);
      if (named.length === 6) break;
      wanted = wanted === '1' ? '0' : '1';
      show(wanted);
    }
    const { backend, counts, timings, timestamp } = last;
    classifier.dispose();
    window.outcome = { named, backend, counts, timings, timestamp };`,
};

/**
 * A page that streams a MediaStream and records frame times. It uses the mock camera, because WebKitGTK 2.50 crashes now
 * and then on `canvas.captureStream()`, even without this library. Its mock camera freezes at times.
 */
const CAMERA_PAGE = {
  'camera.html': `<!doctype html>
    <title>A stream of a camera</title>
    <script type="module" src="camera.js"></script>`,
  'camera.js': `
    import { createClassifier } from './lib/index.js';
    const classifier = await createClassifier({ model: 'lenet.hwgq' });
    const camera = await navigator.mediaDevices.getUserMedia({ video: true });
    const times = [];
    let last;
    for await (const result of classifier.stream(camera)) {
      last = result;
      times.push(result.timestamp);
      if (times.length === 6) break;
    }
    const { backend, counts, timings } = last;
    classifier.dispose();
    const isOnward = times.every((time, index) => index === 0 || time > times[index - 1]);
    window.outcome = { isOnward, backend, counts, timings };`,
};

/** A page with an element and a button that starts its camera. */
const ELEMENT_PAGE = {
  'index.html': `<!doctype html>
    <title>An element</title>
    <link rel="icon" href="3.png">
    <script type="module" src="lib/hwgq-classifier.js"></script>
    <script type="module" src="page.js"></script>
    <button type="button">Start</button>
    <hwgq-classifier src="3.png" model="lenet.hwgq" camera controls></hwgq-classifier>`,
  'page.js': `
    const element = document.querySelector('hwgq-classifier');
    window.told = [];
    element.addEventListener('result', ({ detail }) => told.push(detail.label ?? 'unsure'));
    element.addEventListener('error', ({ detail }) => told.push(detail.message));
    document.querySelector('button').addEventListener('click', () => element.start());`,
};

let site: WebServer;
let folder: string;
let streams: WebServer;
let elements: ElementSite;

beforeAll(async () => {
  site = await serveSite();
  if (!existsSync('dist/lib/index.js')) throw new Error('dist/lib does not exist. Run `npm run build` first.');
  folder = mkdtempSync(join(tmpdir(), 'hwgq-browsers-'));
  cpSync('dist/lib', join(folder, 'lib'), { recursive: true });
  cpSync('models/lenet.hwgq', join(folder, 'lenet.hwgq'));
  for (const [name, content] of Object.entries({ ...CANVAS_PAGE, ...CAMERA_PAGE }))
    writeFileSync(join(folder, name), content);
  streams = await WebServer.serve(folder);
  elements = await ElementSite.open();
  for (const [name, content] of Object.entries(ELEMENT_PAGE)) elements.write(name, content);
  const picture = {
    width: 45,
    height: 37,
    colourType: 2,
    samples: Uint8Array.from({ length: 45 * 37 * 3 }, (_, index) => (index * 89) % 256),
  } as const;
  elements.write('plain.png', png(picture));
  elements.write('described.png', png({ ...picture, chunks: colourChunks('rgb').iCCP ?? [] }));
});

afterAll(async () => {
  site?.close();
  streams?.close();
  elements?.close();
  rmSync(folder, { recursive: true });
});

describe.each(BROWSERS)('$name', ({ name, start, isHere, simd }) => {
  describe.skipIf(!isHere)(isHere ? 'on WebAssembly' : `(skipped: ${name} is not installed)`, () => {
    let browser: DrivenBrowser;

    beforeAll(async () => {
      browser = await start();
    });

    afterAll(async () => {
      await browser?.close();
    });

    /** Returns the text of the element that a selector matches. */
    const text = (selector: string) =>
      browser.evaluate<string>(`return document.querySelector('${selector}')?.textContent ?? ''`);

    async function openDemo(): Promise<void> {
      await browser.open(site.url);
      await expect.poll(() => text('#fact-size'), PATIENCE).toContain('KB');
    }

    async function drawDigit(digit: string): Promise<void> {
      const { left, top, width } = await browser.evaluate<{ left: number; top: number; width: number }>(
        `const pad = document.querySelector('#pad');
        pad.scrollIntoView({ block: 'nearest' });
        const { left, top, width } = pad.getBoundingClientRect();
        return { left, top, width };`,
      );
      for (const stroke of DRAWN_DIGITS.find((drawn) => drawn.digit === digit)?.strokes ?? []) {
        await browser.drag(stroke.map(([x, y]): Point => [left + x * width, top + y * width]));
      }
    }

    it('the demo recognizes drawn digits', async () => {
      await openDemo();
      expect(await text('#fact-backend')).toBe('WebAssembly');
      for (const digit of ['1', '7', '0']) {
        await drawDigit(digit);
        await expect.poll(() => text('#answer-label'), PATIENCE).toBe(digit);
        await browser.click('#clear');
        await expect.poll(() => text('#answer-label'), PATIENCE).toBe('Nothing to see yet');
      }
      expect(await text('#notices')).toBe('');
    });

    // WebKitGTK has not been tried.
    it.skipIf(name !== 'Firefox')(
      'ignores the colour profile of a picture, in a file and in an image element',
      async () => {
        await browser.open(elements.url);
        const [plain, described, describedElement, shown] = await browser.evaluate<number[][]>(
          `const { createClassifier } = await import('${elements.url}lib/index.js');
        const classifier = await createClassifier({ model: 'cifarsmall.hwgq', backend: 'wasm' });
        const image = new Image();
        image.src = 'described.png';
        await image.decode();
        const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
        canvas.getContext('2d').drawImage(image, 0, 0);
        const features = [];
        for (const source of ['plain.png', 'described.png', image, canvas]) {
          features.push(Array.from(await classifier.features(source)));
        }
        classifier.dispose();
        return features;`,
        );
        expect(described).toEqual(plain);
        expect(describedElement).toEqual(plain);
        // The browser does apply the profile when it shows the picture.
        expect(shown).not.toEqual(plain);
      },
    );

    it('the demo uses the camera and releases it', async () => {
      await openDemo();
      await browser.click('#camera-tab');
      await browser.click('#camera-start');
      await expect.poll(() => text('#answer-label'), PATIENCE).toMatch(/^\d$/);
      await browser.click('#camera-stop');
      await expect.poll(() => text('#answer-label'), PATIENCE).toBe('Nothing to see yet');
      expect(await text('#notices')).toBe('');
    });

    it('the demo shows decisive pixels and layers, learns classes, and works offline', async () => {
      await openDemo();
      await drawDigit('7');
      await expect.poll(() => text('#answer-label'), PATIENCE).toBe('7');
      await browser.click('#decisive');
      await expect.poll(() => text('#decisive-hint'), PATIENCE).toContain('It glows');
      await browser.evaluate("document.querySelector('#inside-views').scrollIntoView()");
      await expect.poll(() => text('#maps-caption'), PATIENCE).toContain('Output of conv1');
      await browser.evaluate('scrollTo(0, 0)');
      await browser.click('.teach summary');
      await browser.click('.taught-class:nth-child(1) .taught-buttons > .button');
      await browser.click('#clear');
      await drawDigit('1');
      await browser.click('.taught-class:nth-child(2) .taught-buttons > .button');
      await browser.click('#teach-start');
      await expect.poll(() => text('#teach-status'), PATIENCE).toContain('Learned from 2 examples');
      await expect.poll(() => text('#answer-label'), PATIENCE).toBe('Class 2');
      await expect.poll(() => text('#fact-offline'), PATIENCE).toContain('opens without a network');
      expect(await text('#notices')).toBe('');
    });

    it('the element classifies its picture, then the camera', async () => {
      await browser.open(elements.url);
      const told = () => browser.evaluate<string[]>('return window.told ?? []');
      await expect.poll(told, PATIENCE).toEqual(['3']);
      const element = "document.querySelector('hwgq-classifier')";
      expect(await browser.evaluate(`return ${element}.info.backend.name`)).toBe('wasm');
      await browser.click('button');
      await expect.poll(async () => (await told()).length, PATIENCE).toBeGreaterThan(5);
      expect(await browser.evaluate(`return ${element}.running`)).toBe(true);
      expect((await told()).filter((label) => label !== 'unsure' && !/^\d$/.test(label))).toEqual([]);
      await browser.evaluate(`${element}.stop()`);
      expect(await browser.evaluate(`return ${element}.running`)).toBe(false);
    });

    it.each([
      ['canvas', { named: ['1', '0', '1', '0', '1', '0'] }],
      ['camera', { isOnward: true }],
    ])('a stream follows a %s', async (source, shown) => {
      await browser.open(`${streams.url}${source}.html`);
      await expect
        .poll(() => browser.evaluate('return window.outcome ?? null'), PATIENCE)
        .toMatchObject({
          ...shown,
          backend: { name: 'wasm', simd },
          counts: { dropped: expect.any(Number) },
          timings: { latency: expect.any(Number) },
        });
    });
  });
});
