import type { Browser, Page } from 'playwright-core';

/** Waits until a page's script sets the title of the page, which has none before. @returns the title, or the first error. */
export const titleOf = (browser: Browser, url: string): Promise<string> =>
  pageValue(browser, url, () => document.title);

/**
 * Opens a page and waits for a value in it.
 * @param read a function without outer variables, which the page calls until it returns a truthy value.
 * @param act what a visitor does once the page has loaded.
 * @returns the value as a string, or the message of the first error that the page reports.
 */
export async function pageValue(
  browser: Browser,
  url: string,
  read: () => unknown,
  act: (page: Page) => Promise<unknown> = async () => {},
): Promise<string> {
  const page = await browser.newPage();
  const failed = new Promise<string>((resolve) => {
    page.on('console', (message) => message.type() === 'error' && resolve(message.text()));
    page.on('pageerror', (error) => resolve(error.message));
  });
  try {
    await page.goto(url);
    const value = act(page).then(() => page.waitForFunction(read, undefined, { timeout: 120_000 }));
    return await Promise.race([value.then((handle) => handle.jsonValue().then(String)), failed]);
  } finally {
    await page.close();
  }
}
