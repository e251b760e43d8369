import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ISOLATED, WebServer } from '../../src/bench/programs/support/web-server.ts';
import { useChromium } from '../support/surroundings.ts';
import { InstalledPackage } from './installed-package.ts';
import { titleOf } from './page-value.ts';

const LIBRARY = 'node_modules/hwgq-web/dist/lib/';

const MODEL_INTEGRITY = `sha256-${createHash('sha256').update(readFileSync('models/lenet.hwgq')).digest('base64')}`;

const browser = useChromium();
let installed: InstalledPackage;
const servers: WebServer[] = [];

beforeAll(async () => {
  installed = await InstalledPackage.install();
  installed.writeDigits();
});

afterAll(() => {
  for (const server of servers) server.close();
  installed?.remove();
});

async function serve(headers: Readonly<Record<string, string>> = {}): Promise<WebServer> {
  const server = await WebServer.serve(installed.folder, headers);
  servers.push(server);
  return server;
}

/** Writes a page whose script makes its title of the label, the backend and the number of threads. */
function writePage(library: string, { attributes = '', options = '' } = {}): void {
  installed.write({
    'index.html': `<!doctype html>
      <link rel="icon" href="one.png">
      <img src="one.png" alt="A digit">
      <script type="module" src="${library}" ${attributes}></script>
      <script type="module" src="page.js"></script>`,
    'page.js': `
      import { createClassifier } from '${library}';
      const image = document.querySelector('img');
      await image.decode();
      const classifier = await createClassifier({ model: 'lenet.hwgq'${options} });
      const { categories: [{ label }], backend } = await classifier.classify(image);
      document.title = [label, backend.name, backend.threads].join(' ');
      classifier.dispose();`,
  });
}

const integrityOf = (file: string) =>
  `sha384-${createHash('sha384')
    .update(readFileSync(join(installed.folder, LIBRARY, file)))
    .digest('base64')}`;

it('passes publint', async () => {
  const command = resolve('node_modules/publint/src/cli.js');
  expect(await installed.run(process.execPath, command, installed.tarball, '--strict')).toContain('All good!');
});

it('has types for every entry, by arethetypeswrong', async () => {
  const command = resolve('node_modules/@arethetypeswrong/cli/dist/index.js');
  // It is an ES module only, which Node 20 and bundlers resolve by its exports.
  const options = ['--profile', 'esm-only', '--format', 'ascii'];
  const report = await installed.run(process.execPath, command, installed.tarball, ...options);
  expect(report).toContain('"hwgq-web/thread-worker"');
});

it('has models under the licence of the project only, each with its card and recipe', () => {
  const folder = join(installed.folder, 'node_modules/hwgq-web/models');
  const models = readdirSync(folder).filter((name) => name.endsWith('.hwgq'));
  expect(models).toContain('cifarsmall.hwgq');
  for (const model of models) {
    const card = readFileSync(join(folder, model.replace('.hwgq', '.md')), 'utf8');
    expect(card).toMatch(/^## Accuracy\n\n\d/m);
    expect(card).toMatch(/^## Licence\n\n.*\bMIT\b/m);
    const links = [...card.matchAll(/\]\((?!\w+:)([^)#]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(join(folder, link)))).toEqual([]);
  }
});

it('runs in Node, from paths, bytes and decoded pictures', async () => {
  installed.write({
    'program.mjs': `
      import { readFileSync } from 'node:fs';
      import { createClassifier, HwgqError } from 'hwgq-web/node';
      import * as browsers from 'hwgq-web';
      import * as tuning from 'hwgq-web/autotune';
      import 'hwgq-web/element';
      import 'hwgq-web/element/inline';
      const classifier = await createClassifier({ model: 'lenet.hwgq', maxResults: 1 });
      const bytes = readFileSync('one.png');
      const data = new Uint8Array(4 * 40 * 40).fill(255);
      for (let y = 8; y < 32; y++) data.fill(0, 4 * (40 * y + 18), 4 * (40 * y + 22));
      for (let at = 3; at < data.length; at += 4) data[at] = 255;
      const url = new URL('one.png', import.meta.url);
      const results = await classifier.classifyBatch(['one.png', url, bytes, { width: 40, height: 40, data }]);
      const missing = await createClassifier({ model: 'none.hwgq' }).catch((error) => error);
      const labels = results.map(({ categories }) => categories.map(({ label }) => label));
      const { backend, network } = classifier.info;
      const features = (await classifier.features(bytes)).length;
      classifier.dispose();
      const late = await classifier.classify('one.png').catch((error) => error.code);
      console.log(JSON.stringify({
        labels, network, features, late, backend: backend.name, missing: missing instanceof HwgqError && missing.code,
        browsers: Object.keys(browsers), tuning: Object.keys(tuning),
      }));`,
  });
  expect(JSON.parse(await installed.run(process.execPath, 'program.mjs'))).toEqual({
    labels: [['1'], ['1'], ['1'], ['1']],
    network: 'LeNet-HWGQ',
    features: 500,
    late: 'disposed',
    backend: 'wasm',
    missing: 'file',
    browsers: ['HwgqError', 'createClassifier'],
    tuning: ['autotune'],
  });
});

it('installs the hwgq command', async () => {
  const named = await installed.run(
    join(installed.folder, 'node_modules/.bin/hwgq'),
    'classify',
    'lenet.hwgq',
    'one.png',
  );
  expect(named).toMatch(/^one\.png: 1 /);
});

it('runs in a plain page', async () => {
  writePage(`./${LIBRARY}index.js`);
  expect(await titleOf(browser(), (await serve()).url)).toBe('1 wasm 1');
});

it('runs under a strict CSP, with threads if the page is isolated', async () => {
  writePage(`./${LIBRARY}index.js`, { options: ', threads: 2' });
  const csp = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
  expect(await titleOf(browser(), (await serve({ ...ISOLATED, 'Content-Security-Policy': csp })).url)).toBe('1 wasm 2');
});

it('finds the fastest kernels from another origin, and fails with the library’s class of errors', async () => {
  const other = await serve({ 'Access-Control-Allow-Origin': '*' });
  const library = `${other.url}${LIBRARY}`;
  installed.write({
    'index.html': `<!doctype html>
      <link rel="icon" href="one.png">
      <script type="module" src="page.js"></script>`,
    'page.js': `
      import { HwgqError } from '${library}index.js';
      import { autotune } from '${library}autotune.js';
      const model = 'lenet.hwgq';
      const { choice } = await autotune({ model });
      const error = await autotune({ model: new Blob(['no model']) }).catch((reason) => reason);
      document.title = [Object.keys(choice).length, error instanceof HwgqError, error.code].join(' ');`,
  });
  const csp = `default-src 'self'; script-src 'self' ${other.url}; worker-src blob: ${other.url}`;
  const page = await serve({ 'Content-Security-Policy': csp });
  expect(await titleOf(browser(), page.url)).toMatch(/^[1-9]\d* true model-format$/);
});

it.each(['index.js', 'inline.js'])('runs from another origin with SRI: %s', async (file) => {
  const other = await serve({ 'Access-Control-Allow-Origin': '*' });
  const attributes = `integrity="${integrityOf(file)}" crossorigin`;
  writePage(`${other.url}${LIBRARY}${file}`, { attributes, options: ', threads: 2' });
  const csp = `default-src 'self'; script-src 'self' ${other.url} 'wasm-unsafe-eval'; worker-src blob: ${other.url}`;
  const page = await serve({ ...ISOLATED, 'Content-Security-Policy': csp });
  expect(await titleOf(browser(), page.url)).toBe('1 wasm 2');
  writePage(`${other.url}${LIBRARY}${file}`, { attributes: attributes.replace('sha384-', 'sha384-A') });
  expect(await titleOf(browser(), page.url)).toContain('integrity');
});

const ELEMENTS = ['hwgq-classifier.js', 'hwgq-classifier-inline.js'];

it.each(ELEMENTS)('defines the element with one script tag, from another origin, with SRI: %s', async (file) => {
  const other = await serve({ 'Access-Control-Allow-Origin': '*' });
  const tag = `<script type="module" src="${other.url}${LIBRARY}${file}" crossorigin integrity="${integrityOf(file)}"></script>`;
  installed.write({
    'index.html': `<!doctype html>
      <link rel="icon" href="one.png">
      ${tag}
      <script type="module" src="page.js"></script>
      <hwgq-classifier src="one.png" model="lenet.hwgq" integrity="${MODEL_INTEGRITY}"></hwgq-classifier>`,
    'page.js': `
      const element = document.querySelector('hwgq-classifier');
      element.addEventListener('result', ({ detail: { label, result: { backend } } }) => {
        document.title = [label, backend.name, backend.threads].join(' ');
      });
      element.addEventListener('error', ({ detail }) => console.error(detail));`,
  });
  const csp = `default-src 'self'; script-src 'self' ${other.url} 'wasm-unsafe-eval'; worker-src blob: ${other.url}`;
  expect(await titleOf(browser(), (await serve({ 'Content-Security-Policy': csp })).url)).toBe('1 wasm 1');
  // The hash covers everything that runs.
  if (file === 'hwgq-classifier-inline.js') expect(other.requests).toEqual([LIBRARY + file]);
});

it('starts the worker from workerUrl, even of another origin', async () => {
  const other = await serve({ 'Access-Control-Allow-Origin': '*' });
  writePage(`./${LIBRARY}index.js`, { options: `, workerUrl: '${other.url}${LIBRARY}worker.js'` });
  expect(await titleOf(browser(), (await serve()).url)).toBe('1 wasm 1');
});
