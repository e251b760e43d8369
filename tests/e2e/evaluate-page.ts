import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { watchMisdeeds } from './demo-page.ts';

/** The evaluation page, with a log of forbidden behaviour. */
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

  /** Chooses a folder, as the file dialog would. */
  async pickFolder(path: string): Promise<void> {
    await this.page.locator('#folder-input').setInputFiles(path);
  }

  /**
   * Presses Stop as soon as the status line matches. It runs inside the page, because a run may end before a poll from
   * outside. Call it before the run starts; the returned promise resolves after the press.
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

  /** Waits until all pictures have been evaluated. */
  async finish(timeout = 60_000): Promise<void> {
    await this.page.locator('#run[data-state=done]').waitFor({ timeout });
  }

  async text(selector: string): Promise<string> {
    return (await this.page.locator(selector).textContent()) ?? '';
  }
}
