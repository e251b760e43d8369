import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebServer } from '../../src/bench/programs/support/web-server.ts';
import { throughout, useChromium } from '../support/surroundings.ts';

/** A worker that reports the first message to the server, and never announces that it listens. */
const SILENT_WORKER = 'addEventListener("message", ({ data }) => fetch("seen-" + data.backend + "-" + data.threads));';
const PAGE = `<!doctype html><title>Start</title>
<script type="module">import * as library from './index.js'; Object.assign(window, { library });</script>`;
const PRELOADING_PAGE = `<!doctype html><title>Start</title>
<link rel="modulepreload" href="index.js">
<link rel="preload" as="fetch" crossorigin href="lenet.hwgq">
<script type="module">
const { createClassifier } = await import('./index.js');
const classifier = await createClassifier({ model: 'lenet.hwgq' });
const { categories } = await classifier.classify(new ImageData(28, 28));
document.documentElement.dataset.label = categories[0].label;
</script>`;

const browser = useChromium();
const folder = throughout(
  async () => {
    const path = mkdtempSync(join(tmpdir(), 'hwgq-start-'));
    cpSync('dist/lib', path, { recursive: true });
    cpSync('models/lenet.hwgq', join(path, 'lenet.hwgq'));
    return path;
  },
  (path) => rmSync(path, { recursive: true }),
);

let server: WebServer;
let page: Page;

beforeEach(async () => {
  server = await WebServer.serve(folder());
  server.replaced.set('index.html', PAGE);
  server.replaced.set('silent-worker.js', SILENT_WORKER);
  page = await browser().newPage();
});

afterEach(async () => {
  await page.close();
  server.close();
});

it('requests the model, and tells the worker the options, before the worker has answered', async () => {
  await page.goto(server.url);
  await page.evaluate(() => {
    const { library } = window as unknown as { library: typeof import('../../src/client/index.ts') };
    const options = { model: 'lenet.hwgq', workerUrl: 'silent-worker.js', backend: 'wasm', threads: 1 } as const;
    void library.createClassifier(options);
  });
  await expect.poll(() => server.requests).toEqual(expect.arrayContaining(['lenet.hwgq', 'seen-wasm-1']));
});

it('fetches WebAssembly and its kernels as soon as the worker knows the options', async () => {
  await page.goto(server.url);
  await page.evaluate(() => {
    const worker = new Worker('worker.js', { type: 'module' });
    worker.postMessage({ backend: 'wasm', threads: 1 });
    // Keeps the worker alive.
    Object.assign(window, { worker });
  });
  const parts = ['wasm-runner.js', expect.stringMatching(/^kernels-.+\.js$/)];
  await expect.poll(() => server.requests).toEqual(expect.arrayContaining(parts));
});

it('fetches a model once if the page has preloaded it', async () => {
  server.replaced.set('index.html', PRELOADING_PAGE);
  await page.goto(server.url);
  await page.locator('html[data-label]').waitFor({ state: 'attached' });
  expect(server.requests.filter((file) => file === 'lenet.hwgq')).toHaveLength(1);
  expect(server.requests.indexOf('lenet.hwgq')).toBeLessThan(server.requests.indexOf('worker.js'));
});

it('needs one file of the worker and two of WebAssembly on one thread', async () => {
  await page.goto(server.url);
  await page.evaluate(async () => {
    const { library } = window as unknown as { library: typeof import('../../src/client/index.ts') };
    const classifier = await library.createClassifier({ model: 'lenet.hwgq', backend: 'wasm', threads: 1 });
    await classifier.classify(new ImageData(28, 28));
  });
  const own = server.requests.filter((file) => file.endsWith('.js'));
  expect(own).toEqual(['index.js', 'worker.js', ...own.slice(2)]);
  expect(own.slice(2).sort()).toEqual([expect.stringMatching(/^kernels-.+\.js$/), 'wasm-runner.js']);
});
