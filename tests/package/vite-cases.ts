import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { SAMPLES } from '../documentation/samples.ts';
import { type InstalledPackage, pictureOfOne } from './installed-package.ts';
import { pageValue } from './page-value.ts';
import { COMMANDS, serveWithVite } from './vite-project.ts';

const FROG = 'models/samples/frog.png';

/** An application that classifies a picture of the package with the package's model. */
const LIBRARY_APPLICATION = {
  'index.html': '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/src/main.js"></script>',
  'src/main.js': `
    import { createClassifier, HwgqError } from 'hwgq-web';
    import 'hwgq-web/element';

    const image = new Image();
    image.src = new URL('hwgq-web/${FROG}', import.meta.url).href;
    const model = new URL('hwgq-web/models/cifarsmall.hwgq', import.meta.url);
    const element = document.createElement('hwgq-classifier');
    const error = new Promise((resolve) => element.addEventListener('error', resolve));
    // An unhandled error would be logged, which fails the test.
    element.addEventListener('error', (event) => event.preventDefault());
    element.model = 'data:,no model';
    element.loading = 'eager';
    document.body.append(element);
    image
      .decode()
      .then(() => createClassifier({ model, threads: 2 }))
      .then(async (classifier) => {
        const { categories, backend } = await classifier.classify(image);
        const hasSameErrors = (await error).detail instanceof HwgqError;
        document.title = [categories[0].label, backend.name, backend.threads, hasSameErrors].join(' ');
      });`,
};

/** An application that looks for the fastest kernels. */
const AUTOTUNE_APPLICATION = {
  'index.html': '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/src/main.js"></script>',
  'src/main.js': `
    import { HwgqError } from 'hwgq-web';
    import { autotune } from 'hwgq-web/autotune';

    autotune({ model: '/lenet.hwgq' }).then(async ({ choice }) => {
      const error = await autotune({ model: new Blob(['no model']) }).catch((reason) => reason);
      document.title = [Object.keys(choice).length, 'shapes', error instanceof HwgqError].join(' ');
    });`,
};

/** The React component of docs/element.md as it is, in an application with files under the addresses that it names. */
function reactApplication(): Readonly<Record<string, string | Uint8Array>> {
  const { code } =
    SAMPLES.find(({ place, language }) => place.startsWith('docs/element.md') && language === 'tsx') ?? {};
  const [, component] = /export function (\w+)/.exec(code ?? '') ?? [];
  const [, model] = /model="\/([\w-]+\.hwgq)"/.exec(code ?? '') ?? [];
  if (!code || !component || !model) throw new Error('docs/element.md has no React component with a model.');
  return {
    'index.html': `<!doctype html><link rel="icon" href="data:,">
      <div id="root"></div><script type="module" src="/src/main.tsx"></script>`,
    'tsconfig.json': '{ "compilerOptions": { "jsx": "react-jsx" } }',
    'src/Sample.tsx': code,
    'src/main.tsx': `
      import { StrictMode } from 'react';
      import { createRoot } from 'react-dom/client';
      import { ${component} } from './Sample.tsx';

      createRoot(document.querySelector('#root')!).render(<StrictMode><${component} src="/picture.png" /></StrictMode>);`,
    [`public/${model}`]: readFileSync(`models/${model}`),
    'public/picture.png': model === 'lenet.hwgq' ? pictureOfOne() : readFileSync(FROG),
  };
}

/**
 * Tests for one version of Vite, each with the development server and with a build, in the default configuration.
 * @param vite path of Vite's command.
 */
export function testVite(installed: () => InstalledPackage, vite: () => string, browser: () => Browser): void {
  describe.each(COMMANDS)('vite %s', (command) => {
    async function valueIn(files: Readonly<Record<string, string | Uint8Array>>, read: () => unknown): Promise<string> {
      installed().write(files);
      const page = await serveWithVite(installed(), vite(), command);
      try {
        return await pageValue(browser(), page.url, read);
      } finally {
        page.close();
      }
    }

    it('serves the library with threads, the model and the element', async () => {
      expect(await valueIn(LIBRARY_APPLICATION, () => document.title)).toBe('frog wasm 2 true');
      if (command === 'build') {
        const files = readdirSync(join(installed().folder, 'dist/assets'));
        expect(files.filter((name) => name.startsWith('worker-bundler'))).toHaveLength(1);
      }
    });

    it('serves the React component of docs/element.md', async () => {
      const caption = () => {
        const text = document.querySelector('figcaption')?.textContent;
        return text !== 'not sure' && text;
      };
      expect(await valueIn(reactApplication(), caption)).toMatch(/^(1|frog)$/);
    });

    it('serves the autotune', async () => {
      installed().writeDigits('public');
      expect(await valueIn(AUTOTUNE_APPLICATION, () => document.title)).toMatch(/^[1-9]\d* shapes true$/);
    });
  });
}
