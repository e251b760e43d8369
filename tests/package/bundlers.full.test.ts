import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ISOLATED, WebServer } from '../../src/bench/programs/support/web-server.ts';
import { useChromium } from '../support/surroundings.ts';
import { InstalledPackage } from './installed-package.ts';
import { titleOf } from './page-value.ts';

const browser = useChromium();
let installed: InstalledPackage;
const servers: WebServer[] = [];

beforeAll(async () => {
  installed = await InstalledPackage.install({
    downloaded: ['vite@8', 'webpack@5', 'webpack-cli', 'esbuild', 'typescript@5.7'],
  });
  installed.writeDigits('public');
}, 600_000);

afterAll(() => {
  for (const server of servers) server.close();
  installed?.remove();
});

/** Writes an application's page and script. */
function writeApplication(script: string, { library = 'hwgq-web', options = '' } = {}): void {
  installed.write({
    'index.html': page(script),
    'src/index.js': `
      import { createClassifier } from '${library}';
      const image = document.querySelector('img');
      image.decode().then(async () => {
        const classifier = await createClassifier({ model: 'lenet.hwgq', threads: 2${options} });
        const { categories: [{ label }], backend } = await classifier.classify(image);
        document.title = [label, backend.name, backend.threads].join(' ');
      });`,
  });
}

function page(script: string): string {
  return `<!doctype html>
    <link rel="icon" href="one.png">
    <img src="one.png" alt="A digit">
    <script type="module" src="${script}"></script>`;
}

/** Writes an application that looks for the fastest kernels and reports for how many layer shapes. */
function writeAutotune(script: string, options = ''): void {
  installed.write({
    'index.html': page(script),
    'src/autotune.js': `
      import { autotune } from 'hwgq-web/autotune';
      autotune({ model: 'lenet.hwgq'${options} }).then(({ choice }) => {
        document.title = Object.keys(choice).length + ' shapes';
      });`,
  });
}

const SHAPES = /^[1-9]\d* shapes$/;

/** Runs a bundler's command. */
const bundle = (name: string, ...words: readonly string[]) =>
  installed.run(join(installed.folder, 'node_modules/.bin', name), ...words);

/** Serves a folder of the application with its model and picture. @returns the title of its page. */
async function titleIn(folder: string, headers: Readonly<Record<string, string>> = ISOLATED): Promise<string> {
  cpSync(join(installed.folder, 'public'), join(installed.folder, folder), { recursive: true });
  const server = await WebServer.serve(join(installed.folder, folder), headers);
  servers.push(server);
  return titleOf(browser(), server.url);
}

describe('Vite with workers as modules', () => {
  it('splits the worker if it is given as workerUrl', async () => {
    installed.write({
      'index.html': page('src/index.js'),
      'src/index.js': `
        import { createClassifier } from 'hwgq-web';
        import workerUrl from 'hwgq-web/worker?worker&url';
        const image = document.querySelector('img');
        image.decode().then(async () => {
          const classifier = await createClassifier({ model: 'lenet.hwgq', threads: 2, workerUrl });
          const { categories: [{ label }], backend } = await classifier.classify(image);
          document.title = [label, backend.name, backend.threads].join(' ');
        });`,
      'modules.config.js': "export default { base: './', worker: { format: 'es' } };",
    });
    await bundle('vite', 'build', '--outDir', 'vite-modules', '--config', 'modules.config.js');
    expect(await titleIn('vite-modules')).toBe('1 wasm 2');
    const files = readdirSync(join(installed.folder, 'vite-modules/assets'));
    expect(files.filter((name) => name.startsWith('proven-gpu'))).not.toEqual([]);
  });
});

describe('webpack', () => {
  it('bundles the library', async () => {
    writeApplication('main.js');
    await bundle('webpack', '--mode', 'production', '--output-path', join(installed.folder, 'webpack'));
    installed.write({ 'webpack/index.html': page('main.js') });
    expect(await titleIn('webpack')).toBe('1 wasm 2');
  });

  it('bundles the model of the package', async () => {
    installed.write({
      'src/model.js': `
        import { createClassifier } from 'hwgq-web';
        const image = new Image();
        image.src = new URL('hwgq-web/models/samples/frog.png', import.meta.url).href;
        image.decode().then(async () => {
          const model = new URL('hwgq-web/models/cifarsmall.hwgq', import.meta.url);
          const { categories: [{ label }] } = await (await createClassifier({ model })).classify(image);
          document.title = label;
        });`,
    });
    const folder = join(installed.folder, 'webpack-model');
    await bundle('webpack', './src/model.js', '--mode', 'production', '--output-path', folder);
    installed.write({ 'webpack-model/index.html': page('main.js') });
    expect(await titleIn('webpack-model')).toBe('frog');
  });

  it('bundles for development', async () => {
    writeApplication('main.js');
    const folder = join(installed.folder, 'webpack-development');
    await bundle('webpack', '--mode', 'development', '--output-path', folder);
    installed.write({ 'webpack-development/index.html': page('main.js') });
    expect(await titleIn('webpack-development')).toBe('1 wasm 2');
  });

  it('bundles the autotune', async () => {
    writeAutotune('main.js');
    const folder = join(installed.folder, 'webpack-autotune');
    await bundle('webpack', './src/autotune.js', '--mode', 'production', '--output-path', folder);
    installed.write({ 'webpack-autotune/index.html': page('main.js') });
    expect(await titleIn('webpack-autotune')).toMatch(SHAPES);
  });
});

describe('esbuild', () => {
  it('bundles the library with the worker inside', async () => {
    writeApplication('index.js', { library: 'hwgq-web/inline' });
    await bundle('esbuild', 'src/index.js', '--bundle', '--format=esm', '--outdir=esbuild-inline');
    installed.write({ 'esbuild-inline/index.html': page('index.js') });
    expect(await titleIn('esbuild-inline')).toBe('1 wasm 2');
  });

  it('bundles the library and its workers as separate entries', async () => {
    writeApplication('index.js', { options: ", workerUrl: 'worker.js'" });
    const options = ['--bundle', '--format=esm', '--outdir=esbuild'];
    await bundle('esbuild', 'src/index.js', ...options);
    const workers = ['worker=hwgq-web/worker', 'thread-worker=hwgq-web/thread-worker'];
    await bundle('esbuild', ...workers, ...options, '--splitting');
    installed.write({ 'esbuild/index.html': page('index.js') });
    expect(await titleIn('esbuild')).toBe('1 wasm 2');
  });

  it('bundles the autotune and its worker as a separate entry', async () => {
    writeAutotune('autotune.js', ", workerUrl: 'tune-worker.js'");
    const options = ['--bundle', '--format=esm', '--outdir=esbuild-autotune'];
    await bundle('esbuild', 'src/autotune.js', 'tune-worker=hwgq-web/tune-worker', ...options);
    installed.write({ 'esbuild-autotune/index.html': page('autotune.js') });
    expect(await titleIn('esbuild-autotune')).toMatch(SHAPES);
  });
});

describe('TypeScript', () => {
  it('accepts the declarations without skipping them', async () => {
    installed.write({
      'page.mts': `
        import { type Classification, type Classifier, createClassifier, HwgqError } from 'hwgq-web';
        import { type Autotuned, autotune } from 'hwgq-web/autotune';
        import { type HwgqClassifierElement } from 'hwgq-web/element';
        import { createClassifier as createInlined } from 'hwgq-web/inline';
        const { choice: kernelChoice }: Autotuned = await autotune({ model: 'lenet.hwgq' });
        const classifier: Classifier = await createClassifier({ model: 'lenet.hwgq', kernelChoice });
        const result: Classification = await classifier.classify(document.createElement('canvas'));
        const element: HwgqClassifierElement = document.createElement('hwgq-classifier');
        element.addEventListener('result', ({ detail }) => console.log(detail.label));
        const same: typeof createClassifier = createInlined;
        export const error: HwgqError = new HwgqError('disposed', String(result.categories[0]?.label) + same.name);`,
      'program.mts': `
        import { createClassifier, type NodeClassifier } from 'hwgq-web/node';
        export const classifier: NodeClassifier = await createClassifier({ model: new Uint8Array(8) });`,
    });
    const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022'];
    for (const module of ['nodenext', 'esnext']) {
      const resolution = module === 'nodenext' ? 'nodenext' : 'bundler';
      await bundle('tsc', 'page.mts', 'program.mts', ...strict, '--module', module, '--moduleResolution', resolution);
    }
  });
});
