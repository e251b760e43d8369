import { relative, resolve } from 'node:path';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { assemblyScript } from '../../build/plugins/assemblyscript.ts';
import { wgsl } from '../../build/plugins/wgsl.ts';
import { VARIANT_NAMES } from '../../src/backends/webgpu/variant-names.ts';
import type { DrivenBrowser } from '../support/driven-browser.ts';
import { expectGolden } from '../support/expect-golden.ts';
import { firefoxGpuLack, startFirefox } from '../support/firefox.ts';
import { goldenSets } from '../support/golden-cases.ts';
import type { GoldenDifference } from '../support/golden-check.ts';
import type { GoldenOptions } from '../support/golden-run.ts';
import { hasShared } from '../support/shared.ts';

const lack = firefoxGpuLack ?? (hasShared ? undefined : 'no reference data');
const sets = lack ? {} : await goldenSets();

const KERNELS: readonly (GoldenOptions & { readonly kernels: string })[] = [
  { kernels: 'default kernels', backend: 'webgpu' },
  ...VARIANT_NAMES.map((variant) => ({ kernels: `kernels ${variant}`, backend: 'webgpu', variant }) as const),
];

// Chromium's WebGPU (Dawn, SwiftShader) runs the same cases in golden.browser.test.ts.
describe.skipIf(lack)(`golden results in Firefox${lack ? ` (skipped: ${lack})` : ''}`, () => {
  let server: ViteDevServer;
  let firefox: DrivenBrowser;

  beforeAll(async () => {
    server = await createServer({
      configFile: false,
      logLevel: 'warn',
      plugins: [assemblyScript(), wgsl()],
      server: { host: '127.0.0.1', port: 0 },
      cacheDir: 'node_modules/.cache/vite-firefox',
    });
    await server.listen();
    firefox = await startFirefox(true);
    await firefox.open(`${server.resolvedUrls?.local[0]}tests/support/empty-page.html`);
  });

  afterAll(async () => {
    await firefox?.close();
    await server?.close();
  });

  for (const [net, { folder, cases }] of Object.entries(sets)) {
    describe.each(KERNELS)(`of ${net}, $kernels`, ({ kernels: _, ...options }) => {
      it.each(cases)('computes every code and the scores of $name', async (golden) => {
        const parts = [`/${relative(resolve('.'), folder)}`, golden, options].map((part) => JSON.stringify(part));
        const difference = await firefox.evaluate<GoldenDifference>(
          `const { runGolden } = await import('/tests/support/golden-run.ts');
          return runGolden(${parts});`,
        );
        expectGolden(golden, difference);
      });
    });
  }
});
