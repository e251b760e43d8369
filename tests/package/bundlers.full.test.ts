import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ISOLATED, WebServer } from '../../src/bench/programs/support/web-server.ts';
import { useChromium } from '../support/surroundings.ts';
import { InstalledPackage } from './installed-package.ts';
import { titleOf } from './page-title.ts';

const browser = useChromium();
let installed: InstalledPackage;
const servers: WebServer[] = [];

beforeAll(async () => {
  installed = await InstalledPackage.install('vite@8', 'webpack@5', 'webpack-cli', 'esbuild', 'typescript@5.7');
  mkdirSync(join(installed.folder, 'src'));
  mkdirSync(join(installed.folder, 'public'));
  for (const name of ['lenet.hwgq', 'one.png']) {
    cpSync(join(installed.folder, name), join(installed.folder, 'public', name));
  }
}, 600_000);

afterAll(() => {
  for (const server of servers) server.close();
  installed?.remove();
});

/** An application's page and script. */
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
    <title>An application</title>
    <link rel="icon" href="one.png">
    <img src="one.png" alt="A digit">
    <script type="module" src="${script}"></script>`;
}

/** One that looks for the fastest kernels, and says on how many layer shapes. */
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

/** What the page in a folder of the application says, beside the application's model and picture. */
async function titleIn(folder: string, headers: Readonly<Record<string, string>> = ISOLATED): Promise<string> {
  cpSync(join(installed.folder, 'public'), join(installed.folder, folder), { recursive: true });
  const server = await WebServer.serve(join(installed.folder, folder), headers);
  servers.push(server);
  return titleOf(browser(), server.url);
}

describe('Vite', () => {
  it('builds it', async () => {
    writeApplication('src/index.js');
    await bundle('vite', 'build', '--outDir', 'vite');
    expect(await titleIn('vite')).toBe('1 wasm 2');
  });

  it('builds the autotune', async () => {
    writeAutotune('src/autotune.js');
    await bundle('vite', 'build', '--outDir', 'vite-autotune');
    expect(await titleIn('vite-autotune')).toMatch(SHAPES);
  });

  it('builds the element', async () => {
    installed.write({
      'index.html': `${page('src/element.js')}<hwgq-classifier src="one.png" model="lenet.hwgq"></hwgq-classifier>`,
      'src/element.js': `
        import 'hwgq-web/element';
        document.querySelector('hwgq-classifier').addEventListener('result', ({ detail: { label, result } }) => {
          document.title = [label, result.backend.name, result.backend.threads].join(' ');
        });`,
    });
    await bundle('vite', 'build', '--outDir', 'vite-element');
    // Small networks take one thread where nobody asks for more.
    expect(await titleIn('vite-element')).toBe('1 wasm 1');
  });

  it('builds it with workers as modules, which load only what they need', async () => {
    writeApplication('src/index.js');
    installed.write({ 'modules.config.js': "export default { base: './', worker: { format: 'es' } };" });
    await bundle('vite', 'build', '--outDir', 'vite-modules', '--config', 'modules.config.js');
    expect(await titleIn('vite-modules')).toBe('1 wasm 2');
  });

  it('serves it while one develops, dependencies optimized', async () => {
    installed.write({
      'develop.mjs': `
        import { createServer } from 'vite';
        const headers = ${JSON.stringify(ISOLATED)};
        const server = await createServer({ logLevel: 'silent', server: { port: 0, host: '127.0.0.1', headers } });
        await server.listen();
        process.stdout.write(server.resolvedUrls.local[0]);`,
    });
    const server = installed.start(process.execPath, 'develop.mjs');
    try {
      expect(await titleOf(browser(), await server.firstOutput)).toBe('1 wasm 2');
    } finally {
      server.stop();
    }
  });
});

describe('webpack', () => {
  it('bundles it', async () => {
    writeApplication('main.js');
    await bundle('webpack', '--mode', 'production', '--output-path', join(installed.folder, 'webpack'));
    installed.write({ 'webpack/index.html': page('main.js') });
    expect(await titleIn('webpack')).toBe('1 wasm 2');
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
  it('bundles it with the worker inside', async () => {
    writeApplication('index.js', { library: 'hwgq-web/inline' });
    await bundle('esbuild', 'src/index.js', '--bundle', '--format=esm', '--outdir=esbuild-inline');
    installed.write({ 'esbuild-inline/index.html': page('index.js') });
    expect(await titleIn('esbuild-inline')).toBe('1 wasm 2');
  });

  it('bundles it, and its workers as entries of their own', async () => {
    writeApplication('index.js', { options: ", workerUrl: 'worker.js'" });
    const options = ['--bundle', '--format=esm', '--outdir=esbuild'];
    await bundle('esbuild', 'src/index.js', ...options);
    const workers = ['worker=hwgq-web/worker', 'thread-worker=hwgq-web/thread-worker'];
    await bundle('esbuild', ...workers, ...options, '--splitting');
    installed.write({ 'esbuild/index.html': page('index.js') });
    expect(await titleIn('esbuild')).toBe('1 wasm 2');
  });

  it('bundles the autotune, and its worker as an entry of its own', async () => {
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
