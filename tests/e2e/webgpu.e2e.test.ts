import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from '../../src/bench/programs/support/chromium.ts';
import { WebServer } from '../../src/bench/programs/support/web-server.ts';
import type { BackendDescription } from '../../src/client/index.ts';
import { firefoxGpuLack, startFirefox } from '../support/firefox.ts';

/** A browser whose page runs the body of an async function. */
interface ScriptedBrowser {
  open(url: string): Promise<void>;
  evaluate<Result>(body: string): Promise<Result>;
  close(): Promise<void>;
}

const BROWSERS = [
  { name: 'Chromium (Dawn on SwiftShader)', lack: undefined, start: chromium },
  { name: 'Firefox (wgpu on llvmpipe)', lack: firefoxGpuLack, start: () => startFirefox(true) },
];

let folder: string;
let server: WebServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hwgq-webgpu-'));
  cpSync('dist/lib', join(folder, 'lib'), { recursive: true });
  for (const name of ['lenet', 'cifarsmall']) cpSync(`models/${name}.hwgq`, join(folder, `${name}.hwgq`));
  server = await WebServer.serve(folder);
  server.replaced.set('index.html', '<!doctype html><title>WebGPU</title>');
});

afterAll(() => {
  server?.close();
  rmSync(folder, { recursive: true });
});

async function chromium(): Promise<ScriptedBrowser> {
  const browser = await startChromium();
  const page = await browser.newPage();
  return {
    open: async (url) => void (await page.goto(url)),
    evaluate: (body) => page.evaluate(`(async () => {${body}})()`),
    close: () => browser.close(),
  };
}

describe.each(BROWSERS)('$name', ({ lack, start }) => {
  it.skipIf(lack)(`runs the shipped models on WebGPU${lack ? ` (skipped: ${lack})` : ''}`, async () => {
    const browser = await start();
    try {
      await browser.open(server.url);
      for (const model of ['lenet', 'cifarsmall']) {
        const { backend, difference } = await browser.evaluate<{ backend: BackendDescription; difference: number }>(`
          const { createClassifier } = await import('${server.url}lib/index.js');
          const image = new ImageData(50, 40);
          image.data.forEach((_, index) => {
            image.data[index] = index % 4 === 3 ? 255 : (index * 7919) % 256;
          });
          const scores = [];
          for (const backend of ['wasm', 'webgpu']) {
            const classifier = await createClassifier({ model: '${server.url}${model}.hwgq', backend });
            const result = await classifier.classify(image, { scores: true });
            scores.push(result.scores);
            if (backend === 'wasm') classifier.dispose();
            else {
              const difference = Math.max(...scores[0].map((score, index) => Math.abs(score - scores[1][index])));
              return { backend: classifier.info.backend, difference };
            }
          }`);
        expect(backend).toMatchObject({ name: 'webgpu', proof: { difference: expect.any(Number) } });
        expect(difference).toBeLessThan(1e-5);
      }
    } finally {
      await browser.close();
    }
  });
});
