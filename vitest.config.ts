import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { assemblyScript } from './build/plugins/assemblyscript.ts';
import { wgsl } from './build/plugins/wgsl.ts';
import { CHROMIUM_FLAGS, findChromium, VIDEO_FLAGS } from './src/bench/programs/support/chromium.ts';
import { corpusInNode } from './tests/support/corpus-in-node.ts';
import { photograph, photographNames } from './tests/support/photographs.ts';
import { inputInNode, seenInNode } from './tests/support/seen-in-node.ts';

const chromium = (args: readonly string[]) =>
  playwright({ launchOptions: { executablePath: findChromium(), args: [...CHROMIUM_FLAGS, ...args] } });

const isFull = process.env.HWGQ_FULL === '1';

/** Milliseconds. Pages and processes are slow where other work goes on beside the tests; what is waited for comes. */
const PATIENCE = { poll: { timeout: 60_000 } };
const TEST_TIMEOUT = 300_000;

export default defineConfig({
  test: {
    reporters: ['default', './tests/support/reporter.ts'],
    maxWorkers: 2,
    projects: [
      {
        plugins: [assemblyScript(), wgsl()],
        test: {
          name: 'node',
          environment: 'node',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/**/*.browser.test.ts', ...(isFull ? [] : ['tests/**/*.full.test.ts'])],
          testTimeout: isFull ? 3_600_000 : TEST_TIMEOUT,
          hookTimeout: TEST_TIMEOUT,
          expect: PATIENCE,
        },
      },
      {
        plugins: [assemblyScript(), wgsl()],
        assetsInclude: ['**/*.hwgq'],
        // Without these a page has no memory that threads share.
        server: {
          headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
        },
        test: {
          name: 'chromium',
          include: ['tests/**/*.browser.test.ts'],
          globalSetup: ['tests/support/provide-golden.ts'],
          testTimeout: TEST_TIMEOUT,
          hookTimeout: TEST_TIMEOUT,
          expect: PATIENCE,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            commands: { corpusInNode, inputInNode, photograph, photographNames, seenInNode },
            provider: chromium([]),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        plugins: [assemblyScript(), wgsl()],
        test: {
          name: 'video',
          include: ['tests/image/frames.browser.test.ts'],
          testTimeout: 120_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: chromium(VIDEO_FLAGS),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
