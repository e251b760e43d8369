import type { Browser, BrowserContext } from 'playwright-core';
import { median } from '../statistics.ts';

/**
 * Measures the time from navigation to the first label of several pages, in milliseconds: for each, the median over
 * rounds in which the pages take turns. Each run has a host name of its own, so the browser has nothing cached for it:
 * no files, no compiled code, no process. All runs share a window, because a new one starts parts of the browser's own
 * interface, which compete for the processors for about a second. A first round is discarded for the same reason.
 * @param siteUrl the URL of the site on 127.0.0.1.
 * @param pages return the URL of each page for the URL of the site.
 */
export async function timeFirstLabels(
  browser: Browser,
  siteUrl: string,
  pages: readonly ((siteUrl: string) => string)[],
  rounds: number,
): Promise<readonly number[]> {
  const context = await browser.newContext();
  try {
    const times: number[][] = pages.map(() => []);
    for (let round = 0; round <= rounds; round++) {
      for (const [index, page] of pages.entries()) {
        const host = `round-${round}-page-${index}.localhost`;
        const time = await timeFirstLabel(context, page(siteUrl.replace('127.0.0.1', host)));
        if (round > 0) times[index]?.push(time);
      }
    }
    return times.map(median);
  } finally {
    await context.close();
  }
}

async function timeFirstLabel(context: BrowserContext, url: string): Promise<number> {
  const page = await context.newPage();
  try {
    await page.goto(url);
    const root = page.locator('html:is([data-first-label], [data-failure])');
    await root.waitFor({ state: 'attached', timeout: 120_000 });
    const failure = await root.getAttribute('data-failure');
    if (failure !== null) throw new Error(failure);
    return Number(await root.getAttribute('data-first-label'));
  } finally {
    await page.close();
  }
}
