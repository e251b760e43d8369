import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { watchMisdeeds } from './demo-page.ts';

/** The evaluation's page, and what it did that it must not do. */
export class EvaluatePage {
  private constructor(
    readonly page: Page,
    readonly misdeeds: readonly string[],
  ) {}

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<EvaluatePage> {
    return EvaluatePage.inContext(await browser.newContext(options), url);
  }

  static async inContext(context: BrowserContext, url: string): Promise<EvaluatePage> {
    const page = await context.newPage();
    const evaluate = new EvaluatePage(page, watchMisdeeds(page, new URL(url).origin));
    await page.goto(`${url}evaluate.html`);
    await page.getByRole('radio', { name: /Digits/, checked: true }).waitFor();
    return evaluate;
  }

  /** Picks a folder, as its dialog would. */
  async pickFolder(path: string): Promise<void> {
    await this.page.locator('#folder-input').setInputFiles(path);
  }

  /**
   * Presses Stop as soon as the status line is such: in the page itself, since a run may be over before it is looked at
   * from outside. To be called before the run begins; what it gives waits for the press.
   */
  async stopWhen(status: RegExp): Promise<() => Promise<void>> {
    await this.page.evaluate((pattern) => {
      const line = document.querySelector('#run-status') as HTMLElement;
      const stop = [...document.querySelectorAll('button')].find((button) => button.textContent?.trim() === 'Stop');
      new MutationObserver((_, observer) => {
        if (!pattern.test(line.textContent ?? '')) return;
        observer.disconnect();
        stop?.click();
      }).observe(line, { childList: true, characterData: true, subtree: true });
    }, status);
    return () => this.page.locator('#run[data-state=stopped]').waitFor({ timeout: 60_000 });
  }

  /** Waits until all pictures have been looked at. */
  async finish(timeout = 60_000): Promise<void> {
    await this.page.locator('#run[data-state=done]').waitFor({ timeout });
  }

  async text(selector: string): Promise<string> {
    return (await this.page.locator(selector).textContent()) ?? '';
  }
}
