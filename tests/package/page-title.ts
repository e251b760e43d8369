import type { Browser } from 'playwright-core';

/** What a page's script makes its title, which begins with a digit, or why it does not. */
export async function titleOf(browser: Browser, url: string): Promise<string> {
  const page = await browser.newPage();
  const failed = new Promise<string>((resolve) => {
    page.on('console', (message) => message.type() === 'error' && resolve(message.text()));
    page.on('pageerror', (error) => resolve(error.message));
  });
  try {
    await page.goto(url);
    const named = page.waitForFunction(() => /^\d/.test(document.title) && document.title, undefined, { timeout: 0 });
    return await Promise.race([named.then((title) => title.jsonValue().then(String)), failed]);
  } finally {
    await page.close();
  }
}
