import { afterAll, beforeAll, expect, it } from 'vitest';
import { Heaps } from '../../src/bench/programs/support/devtools.ts';
import { useChromium } from '../support/surroundings.ts';
import { ElementSite } from './element-page.ts';

const FIRST = 500;
const FRAMES = 3000;
const MEBIBYTE = 2 ** 20;
/** Allowed growth in bytes. Buffers hold the pixels of pending frames. */
const TOLERANCES = { page: MEBIBYTE, workers: MEBIBYTE, workerBuffers: 8 * MEBIBYTE };

const browser = useChromium('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream');
let site: ElementSite;

beforeAll(async () => {
  site = await ElementSite.open();
});

afterAll(async () => {
  site?.close();
});

it.each(['canvas', 'camera'])('3,000 frames of a %s leak nothing', async (kind) => {
  site.write(
    'index.html',
    '<!doctype html><title>A stream</title><link rel="icon" href="3.png"><script type="module" src="page.js"></script>',
  );
  site.write(
    'page.js',
    `import { createClassifier } from './lib/index.js';
     const classifier = await createClassifier({ model: 'cifarsmall.hwgq', backend: 'wasm' });
     const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
     canvas.getContext('2d').fillRect(0, 0, 100, 100);
     const camera = () => navigator.mediaDevices.getUserMedia({ video: { frameRate: 60 } });
     const stream = classifier.stream(${kind === 'canvas' ? 'canvas' : 'await camera()'}, { smoothing: 300 });
     for await (const { counts } of stream) window.classified = counts.classified;`,
  );
  const page = await browser().newPage();
  const heaps = await Heaps.of(page);
  await page.goto(site.url);
  const after = async (frames: number) => {
    const isThere = (count: number) => (window as unknown as { classified: number }).classified >= count;
    await page.waitForFunction(isThere, frames, { timeout: 900_000, polling: 200 });
    return heaps.usedBytes();
  };
  const first = await after(FIRST);
  const last = await after(FRAMES);
  console.log(`${kind}: after ${FIRST} and after ${FRAMES} frames`, first, last);
  for (const heap of ['page', 'workers', 'workerBuffers'] as const) {
    expect(last[heap] - first[heap], heap).toBeLessThan(TOLERANCES[heap]);
  }
  await page.close();
});
