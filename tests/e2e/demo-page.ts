import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Place } from './digits.ts';

/** A file to drop or paste. */
export interface DroppedFile {
  readonly name: string;
  readonly type?: string;
  readonly content: Uint8Array | string;
}

/** The demo page, with a log of forbidden behaviour. */
export class DemoPage {
  private constructor(
    readonly page: Page,
    /** Console errors, uncaught errors, CSP violations, and requests to other origins. */
    readonly misdeeds: readonly string[],
  ) {}

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<DemoPage> {
    return DemoPage.openIn(await browser.newContext(options), url);
  }

  static async openIn(context: BrowserContext, url: string): Promise<DemoPage> {
    const page = await context.newPage();
    const demo = new DemoPage(page, watchMisdeeds(page, new URL(url).origin));
    await demo.page.goto(url);
    await demo.waitForModel();
    return demo;
  }

  async waitForModel(): Promise<void> {
    await this.page.waitForFunction(
      () =>
        document.querySelector('#fact-size')?.textContent !== '…' &&
        document.querySelector('#loading:not([hidden])') === null,
    );
  }

  async draw(strokes: readonly (readonly Place[])[]): Promise<void> {
    const { mouse } = this.page;
    const box = await this.page.locator('#pad').boundingBox();
    if (!box) throw new Error('The drawing area is not shown.');
    const { x: left, y: top, width, height } = box;
    for (const [first, ...others] of strokes) {
      if (!first) continue;
      await mouse.move(left + first[0] * width, top + first[1] * height);
      await mouse.down();
      for (const [x, y] of others) await mouse.move(left + x * width, top + y * height, { steps: 2 });
      await mouse.up();
    }
  }

  /** Returns the current answer. Poll it, because it follows the picture asynchronously. */
  async answer(): Promise<string> {
    return (await this.page.locator('#answer-label').textContent()) ?? '';
  }

  /** Drops files on the page or pastes them. */
  async give(how: 'drop' | 'paste', ...files: readonly DroppedFile[]): Promise<void> {
    const crossing = files.map(({ name, type = '', content }) => ({
      name,
      type,
      base64: Buffer.from(content).toString('base64'),
    }));
    await this.page.evaluate(
      ({ how, crossing }) => {
        const data = new DataTransfer();
        for (const { name, type, base64 } of crossing) {
          const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
          data.items.add(new File([bytes], name, { type }));
        }
        const event =
          how === 'drop'
            ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
            : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
        document.body.dispatchEvent(event);
      },
      { how, crossing },
    );
  }

  /** Waits for a notice, dismisses it, and returns its text. */
  async notice(): Promise<string> {
    const notice = this.page.locator('.notice').first();
    await notice.waitFor();
    const text = (await notice.textContent()) ?? '';
    await notice.getByRole('button', { name: /^Dismiss/ }).click();
    await notice.waitFor({ state: 'detached' });
    return text;
  }
}

/**
 * Logs forbidden behaviour of a page: console errors, uncaught errors, violations of the content security policy, and
 * requests to other origins.
 */
export function watchMisdeeds(page: Page, origin: string): readonly string[] {
  const misdeeds: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') misdeeds.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => misdeeds.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, origin: target } = new URL(request.url());
    if (protocol.startsWith('http') && target !== origin) misdeeds.push(`request: ${request.url()}`);
  });
  return misdeeds;
}
