import type { Browser } from 'playwright-core';
import { median } from '../../src/bench/statistics.ts';

/** An engine that names one picture in a page of its own. */
export interface FirstLabelEngine {
  readonly engine: 'hwgq-web' | 'onnxruntime-web';
  /** Path of its model on the server. */
  readonly model: string;
  readonly threads?: number;
}

/**
 * Milliseconds from navigation to the first label, of each engine: the median over rounds that take turns, each in a
 * fresh profile that has nothing cached.
 */
export async function timeFirstLabels(
  browser: Browser,
  url: string,
  engines: readonly FirstLabelEngine[],
  rounds: number,
): Promise<readonly number[]> {
  const times: number[][] = engines.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, engine] of engines.entries()) times[index]?.push(await timeFirstLabel(browser, url, engine));
  }
  return times.map(median);
}

/** The address of the page that names one picture. */
export function firstLabelUrl(url: string, { engine, model, threads }: FirstLabelEngine, more = ''): string {
  const parts = `engine=${engine}&model=${url}${model}&peers=${url}peers/${threads ? `&threads=${threads}` : ''}`;
  return `${url}first-label.html#${parts}${more}`;
}

async function timeFirstLabel(browser: Browser, url: string, engine: FirstLabelEngine): Promise<number> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(firstLabelUrl(url, engine));
    const root = page.locator('html[data-first-label]');
    await root.waitFor({ state: 'attached', timeout: 120_000 });
    return Number(await root.getAttribute('data-first-label'));
  } finally {
    await context.close();
  }
}
