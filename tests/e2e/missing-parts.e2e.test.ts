import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { WebServer } from '../../src/bench/programs/support/web-server.ts';
import type { BackendDescription, BackendName } from '../../src/client/index.ts';
import { useChromium } from '../support/surroundings.ts';

const PAGE = `<!doctype html><title>Missing parts</title>
<script type="module">import * as library from './index.js'; Object.assign(window, { library });</script>`;
/** Runs before the worker's own file: the software adapter claims to be a hardware adapter. */
const HARDWARE = "Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { get: () => false });\n";

const browser = useChromium();

/** Creates a classifier from a server that lacks the library's files that match. */
async function madeWithout(missing: RegExp, backend: BackendName | 'auto', beforeWorker = HARDWARE) {
  const folder = mkdtempSync(join(tmpdir(), 'hwgq-missing-'));
  cpSync('dist/lib', folder, { recursive: true, filter: (path) => !missing.test(basename(path)) });
  cpSync('models/lenet.hwgq', join(folder, 'lenet.hwgq'));
  const server = await WebServer.serve(folder);
  server.replaced.set('index.html', PAGE);
  server.replaced.set('worker.js', beforeWorker + readFileSync('dist/lib/worker.js', 'utf8'));
  const page = await browser().newPage();
  try {
    await page.goto(server.url);
    return await page.evaluate(async (backend) => {
      const { library } = window as unknown as { library: typeof import('../../src/client/index.ts') };
      try {
        let onBackendChange: (backend: BackendDescription) => void = () => {};
        const changed = new Promise<BackendDescription>((resolve) => {
          onBackendChange = resolve;
        });
        const { info } = await library.createClassifier({ model: 'lenet.hwgq', backend, onBackendChange });
        const { name, fallbackReason } = backend === 'auto' ? await changed : info.backend;
        return { name, text: fallbackReason };
      } catch (error) {
        return error instanceof library.HwgqError ? { code: error.code, text: error.message } : { text: `${error}` };
      }
    }, backend);
  } finally {
    await page.close();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

it.each([
  ['webgpu', /^proven-gpu/],
  ['wasm', /^kernels/],
  ['wasm', /^wasm-runner/],
  ['reference', /^reference-runner/],
] as const)('names a missing file of %s', async (backend, missing) => {
  const { code, text } = await madeWithout(missing, backend);
  expect(code).toBe('download');
  expect(text).toMatch(new RegExp(`/${missing.source.slice(1)}`));
});

it('falls back to WebAssembly if a file of WebGPU is missing, and names it', async () => {
  const { name, text } = await madeWithout(/^proven-gpu/, 'auto');
  expect(name).toBe('wasm');
  expect(text).toMatch(/proven-gpu/);
});
