import type { Browser, Page } from 'playwright-core';
import { formOf, type ModelForm } from '../../src/bench/candidate.ts';
import type { BenchmarkReport } from '../../src/bench/report.ts';
import { watchMisdeeds } from './demo-page.ts';

/** Opens the benchmark page in a context of its own, with a log of forbidden behaviour. */
export async function openBenchmark(
  browser: Browser,
  url: string,
  fragment = '',
): Promise<{ page: Page; misdeeds: readonly string[] }> {
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  const misdeeds = watchMisdeeds(page, new URL(url).origin);
  await page.goto(`${url}benchmark.html${fragment}`);
  await page.getByRole('button', { name: 'Start' }).waitFor();
  return { page, misdeeds };
}

/**
 * Runs the benchmark of LeNet, the smallest network, to the end.
 * @param pictures labels of the kinds of pictures to measure.
 */
export async function measure(page: Page, pictures: readonly string[] = []): Promise<void> {
  await page.getByLabel('Network, with random weights').selectOption('lenet');
  for (const choice of await page.locator('#pictures').getByRole('checkbox').all()) await choice.uncheck();
  for (const label of pictures) await page.getByLabel(label).check();
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByText('Done', { exact: true }).waitFor({ timeout: 240_000 });
}

/** Returns the output of “Copy JSON”. */
export async function copiedReport(page: Page): Promise<BenchmarkReport> {
  await page.getByRole('button', { name: 'Copy JSON' }).click();
  await page.locator('#status', { hasText: 'JSON copied' }).waitFor();
  return JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
}

/** Returns the labels from the engines that run one of these forms of the network. */
export function labelsOf({ results }: BenchmarkReport, forms: readonly ModelForm[]): ReadonlySet<number | undefined> {
  return new Set(
    results.filter(({ candidate }) => forms.includes(formOf(candidate))).map(({ started }) => started?.label),
  );
}
