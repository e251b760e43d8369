import { expect, it } from 'vitest';
import { ISOLATED } from '../../src/bench/programs/support/web-server.ts';
import { useChromium, useSite } from '../support/surroundings.ts';
import { copiedReport, labelsOf, measure, openBenchmark } from './benchmark-page.ts';

const browser = useChromium();
const isolated = useSite(ISOLATED);

it('runs every selected configuration', async () => {
  const { page, misdeeds } = await openBenchmark(browser(), isolated().url);
  const choices = page.locator('#settings').getByRole('checkbox');
  const choose = async (...labels: readonly string[]) => {
    for (const choice of await choices.all()) await choice.uncheck();
    for (const label of labels) await page.getByLabel(label, { exact: true }).check();
  };
  await choose(
    '2',
    'WASM, plain SIMD',
    'onnxruntime-web on WebGPU, float32',
    'tfjs on WebGPU, float32',
    'Also the exact export, on onnxruntime-web and tfjs',
  );
  await page.getByLabel('Interpreter').check();
  await measure(page);
  expect(await page.locator('#race-rows th').allTextContents()).toEqual([
    'hwgq-web · WASM · plain SIMD · 2 threads',
    'hwgq-web · reference',
    'onnxruntime-web · WebGPU · float32',
    'tfjs · WebGPU · float32',
    'onnxruntime-web · WebGPU · exact float32',
    'tfjs · WebGPU · exact float32',
  ]);
  expect(await page.locator('#race-rows .is-failure').allTextContents()).toEqual([]);
  const report = await copiedReport(page);
  expect(labelsOf(report, ['hwgq', 'exact']).size).toBe(1);
  expect(labelsOf(report, ['float-twin']).size).toBe(1);
  expect(misdeeds).toEqual([]);
  await page.context().close();
});
