import type { Browser } from 'playwright-core';
import { type FirstLabelTask, firstLabelAddress } from '../first-labels.ts';
import { median } from '../statistics.ts';

/**
 * Measures the time from navigation to the first label of each task, in milliseconds: the median over rounds in which the
 * tasks take turns. Each run uses a new browser profile with empty caches.
 */
export async function timeFirstLabels(
  browser: Browser,
  url: string,
  tasks: readonly FirstLabelTask[],
  rounds: number,
): Promise<readonly number[]> {
  const times: number[][] = tasks.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, task] of tasks.entries()) times[index]?.push(await timeFirstLabel(browser, url, task));
  }
  return times.map(median);
}

async function timeFirstLabel(browser: Browser, url: string, task: FirstLabelTask): Promise<number> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(firstLabelAddress(url, task));
    const root = page.locator('html[data-first-label]');
    await root.waitFor({ state: 'attached', timeout: 120_000 });
    return Number(await root.getAttribute('data-first-label'));
  } finally {
    await context.close();
  }
}
