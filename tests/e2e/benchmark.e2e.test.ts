import { expect, it } from 'vitest';
import { ISOLATED } from '../../src/bench/programs/support/web-server.ts';
import type { BenchmarkReport } from '../../src/bench/report.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { useChromium, useSite } from '../support/surroundings.ts';
import { copiedReport, labelsOf, measure, openBenchmark } from './benchmark-page.ts';

const browser = useChromium();
const isolated = useSite(ISOLATED);
const plain = useSite();

const open = (url: string, fragment?: string) => openBenchmark(browser(), url, fragment);

/** Returns a copy of a report with times below one millisecond. */
function fasterThan(report: BenchmarkReport): BenchmarkReport {
  const latency = { count: 1, best: 0.5, p5: 0.5, median: 0.5, p95: 0.5 };
  return {
    ...report,
    machine: { ...report.machine, cores: 4096 },
    results: report.results.map((result) => ({ ...result, latency })),
  };
}

it('measures all engines and shares the result by link', async () => {
  const { page, misdeeds } = await open(isolated().url);
  await page.getByLabel('Also the exact export').check();
  await measure(page, ['Canvas, 640 × 480']);
  const timed = page.locator('#end-to-end-rows tbody');
  expect(await timed.count()).toBe(1);
  expect(await timed.locator('.is-failure').allTextContents()).toEqual([]);
  expect(await timed.getByRole('row', { name: /^onnxruntime-web · WASM · int8 · 2 threads/ }).textContent()).toMatch(
    /ms.*×/,
  );
  expect(await page.locator('#picture').textContent()).toMatch(/ms$/);
  const names = await page.locator('#race-rows th').allTextContents();
  expect(names).toContain('hwgq-web · WASM · relaxed SIMD · 2 threads');
  expect(names).toContain('hwgq-web · WASM · plain SIMD · 2 threads');
  expect(names).toContain('onnxruntime-web · WASM · int8 · 1 thread');
  expect(names).toContain('onnxruntime-web · WASM · exact float32 · 1 thread');
  expect(names).toContain('LiteRT.js · WASM · int8 · 2 threads');
  expect(names).toContain('LiteRT.js · WASM · float32 · 1 thread');
  expect(names).toContain('tfjs · WASM · float32 · 2 threads');
  expect(names).toContain('tfjs · WASM · exact float32 · 1 thread');
  expect(await page.locator('#race-rows .is-failure').allTextContents()).toEqual([]);
  expect(await page.locator('#first-label').textContent()).toContain('ms');
  expect(await page.locator('#race-rows td:nth-child(3)').allTextContents()).not.toContain('');
  expect(await page.locator('#layer-rows tr').count()).toBeGreaterThan(3);
  // Layers this small may take less than a clock tick and are then not plotted.
  expect(await page.locator('#roofline circle').count()).toBeGreaterThan(0);
  expect(await page.locator('#throughput-rows tr').count()).toBeGreaterThan(2);
  expect(await page.locator('#download-rows tr').count()).toBe(9);
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);

  const report = await copiedReport(page);
  expect(report).toMatchObject({ format: 'hwgq-benchmark', network: 'LeNet-HWGQ' });
  expect(labelsOf(report, ['hwgq', 'exact']).size).toBe(1);
  expect(labelsOf(report, ['float-twin', 'tflite-float-twin']).size).toBe(1);
  const wasmBytes = report.results.flatMap(({ candidate, started }) =>
    candidate.backend === 'wasm' ? [started?.liveBytes.wasm ?? 0] : [],
  );
  expect(Math.min(...wasmBytes)).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.locator('#status', { hasText: 'Link copied' }).waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.length).toBeLessThan(8000);
  const other = await open(isolated().url, new URL(link).hash);
  expect(await other.page.locator('#result-title').textContent()).toBe('LeNet-HWGQ, on another machine');
  expect(await other.page.locator('#race-rows tr').count()).toBe(names.length);

  // The imported result appears below this one in every table.
  await page.getByLabel('Link or JSON to import').fill(JSON.stringify(fasterThan(report)));
  await page.getByRole('button', { name: 'Show beside mine' }).click();
  for (const rows of ['race', 'first-label', 'layer', 'throughput', 'download', 'memory']) {
    const figures = page.locator(`#${rows}-rows tr .theirs`);
    await expect.poll(() => figures.count(), { message: rows }).toBeGreaterThan(0);
  }
  expect(await page.locator('#race-rows tr:first-child td:nth-child(3)').textContent()).toMatch(
    /^[\d.]+ mstheirs: 0\.5 ms$/,
  );
  expect(await page.locator('#fastest-theirs').textContent()).toMatch(/^theirs: 0\.5 ms$/);
  expect(await page.locator('#roofline rect').count()).toBeGreaterThan(0);
  expect(await page.getByText('4096 logical processors').count()).toBe(1);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect([...misdeeds, ...other.misdeeds]).toEqual([]);
  await other.page.context().close();
  await page.context().close();
});

it('can be stopped, and uses one thread without cross-origin isolation', async () => {
  const { page, misdeeds } = await open(plain().url);
  await page.getByLabel('onnxruntime-web on WASM, float32').uncheck();
  await page.getByLabel('LiteRT.js on WASM').uncheck();
  await page.getByLabel('tfjs on WASM').uncheck();
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('Stopped', { exact: true }).first().waitFor();
  await measure(page);
  const names = await page.locator('#race-rows th').allTextContents();
  expect(names.filter((name) => name.includes('WASM'))).toEqual([
    'hwgq-web · WASM · relaxed SIMD · 1 thread',
    'hwgq-web · WASM · plain SIMD · 1 thread',
  ]);
  // The page does not offer what is unavailable.
  expect(await page.locator('#threads input').count()).toBe(1);
  expect(misdeeds).toEqual([]);
  await page.context().close();
});

it('reports an empty selection', async () => {
  const { page, misdeeds } = await open(plain().url);
  for (const choice of await page.locator('#settings').getByRole('checkbox').all()) await choice.uncheck();
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByText('No engine is selected').waitFor();
  expect(misdeeds).toEqual([]);
  await page.context().close();
});

it('remembers the fastest kernels for the adapter and uses them', async () => {
  const { page, misdeeds } = await open(plain().url);
  await page.getByLabel('onnxruntime-web on WASM, float32').uncheck();
  await page.getByLabel('LiteRT.js on WASM').uncheck();
  await page.getByLabel('tfjs on WASM').uncheck();
  await page.getByLabel('Find the fastest').check();
  await measure(page);
  const remembered = () => page.evaluate(() => localStorage.getItem('hwgq-web kernels') ?? '{}');
  const [choice] = Object.values(JSON.parse(await remembered()) as Record<string, Record<string, string>>);
  expect(Object.keys(choice ?? {}).length).toBeGreaterThan(0);
  const kernels = async () => {
    await page.getByLabel('On', { exact: true }).selectOption('hwgq-web · WebGPU');
    return page.locator('#layer-rows .kernel').allTextContents();
  };
  const before = await kernels();
  expect(new Set(before)).toEqual(new Set(Object.values(choice ?? {})));
  await page.evaluate(
    (text) => localStorage.setItem('hwgq-web kernels', text.replaceAll(/:"[\w-]+"/g, ':"split-k-8"')),
    await remembered(),
  );
  await page.getByLabel('Find the fastest').uncheck();
  await measure(page);
  expect(await kernels()).toEqual(before.map(() => 'split-k-8'));
  expect(misdeeds).toEqual([]);
  await page.context().close();
});

it('continues without engines that fail', async () => {
  const { page } = await open(isolated().url);
  await page.route('**/peers/onnxruntime-web/*', (route) => route.abort());
  await page.route('**/downloads.json', (route) => route.abort());
  const report = await page.evaluate(() =>
    window.hwgqBenchmark.run({
      network: 'resnet18',
      candidates: [
        { engine: 'hwgq-web', backend: 'wasm', threads: 1 },
        { engine: 'onnxruntime-web', backend: 'wasm', form: 'int8-twin', threads: 2 },
      ],
      rounds: 1,
      batches: [],
      tuning: false,
      firstLabels: true,
    }),
  );
  expect(report.results).toMatchObject([{ latency: {} }, { failure: expect.stringContaining('ort.wasm.min.mjs') }]);
  expect(report.firstLabels).toMatchObject([
    { name: 'hwgq-web · automatic', milliseconds: expect.any(Number) },
    { name: 'onnxruntime-web · WASM · int8 · 2 threads', failure: expect.stringContaining('ort.wasm.min.mjs') },
  ]);
  expect(report.downloads).toEqual([]);
  await page.context().close();
});

it('rejects text that is not a result', async () => {
  const { page } = await open(plain().url);
  await page.getByLabel('Link or JSON to import').fill('{"format":"other"}');
  await page.keyboard.press('Enter');
  await page.getByText('This is not a result of this version').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.context().close();
});
