import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { WebServer } from '../../src/bench/programs/support/web-server.ts';
import type { HwgqClassifierElement } from '../../src/element/hwgq-classifier.ts';
import { png } from '../support/png.ts';
import { throughout, useChromium } from '../support/surroundings.ts';
import { watchMisdeeds } from './demo-page.ts';
import { digitPicture, writeDigitFilm } from './digit-film.ts';

/** The strictest policy that the element works with. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src 'self' blob:; media-src 'self' blob:";

/** Provides a test file with a browser whose camera shows a 3 and an 8 in turn. */
export function useCamera(): () => Browser {
  return useChromium(
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${writeDigitFilm(['3', '8'])}`,
  );
}

/** Provides a test file with a site for pages with elements. */
export function useElementSite(): () => ElementSite {
  return throughout(
    () => ElementSite.open(),
    (site) => site.close(),
  );
}

/** A web site with the element's files, two models and images of digits. */
export class ElementSite {
  readonly folder: string;
  readonly #server: WebServer;

  private constructor(folder: string, server: WebServer) {
    this.folder = folder;
    this.#server = server;
  }

  /** @throws Error if the package has not been built. */
  static async open(
    headers: Readonly<Record<string, string>> = { 'Content-Security-Policy': POLICY },
  ): Promise<ElementSite> {
    if (!existsSync('dist/lib/hwgq-classifier.js')) throw new Error('There is no dist/lib: run `npm run build` first.');
    const folder = mkdtempSync(join(tmpdir(), 'hwgq-element-'));
    cpSync('dist/lib', join(folder, 'lib'), { recursive: true });
    for (const name of ['lenet.hwgq', 'cifarsmall.hwgq']) cpSync(`models/${name}`, join(folder, name));
    for (const digit of ['3', '8']) writeFileSync(join(folder, `${digit}.png`), digitPng(digit));
    writeFileSync(join(folder, 'gray.png'), grayPng());
    return new ElementSite(folder, await WebServer.serve(folder, headers));
  }

  get url(): string {
    return this.#server.url;
  }

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(join(this.folder, name), content);
  }

  close(): void {
    this.#server.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** An event of an element. */
interface RecordedEvent {
  readonly name: string;
  /** The label of a `result`; undefined if the element is unsure. */
  readonly label?: string | undefined;
  /** The code of an `error`. */
  readonly code?: string;
}

/** A page with elements, which is closed when the test has finished. */
export class ElementPage {
  readonly page: Page;
  /** Errors on the console, uncaught ones, violations of the policy, and requests to other origins. */
  readonly misdeeds: readonly string[];

  private constructor(page: Page, misdeeds: readonly string[]) {
    this.page = page;
    this.misdeeds = misdeeds;
  }

  /**
   * @param body Content of the page, whose elements' events are recorded.
   * @param script URL of the element's file.
   * @param before Runs in the page before anything else.
   */
  static async open(
    browser: Browser | BrowserContext,
    site: ElementSite,
    body: string,
    {
      script = 'lib/hwgq-classifier.js',
      before = () => {},
      ...options
    }: BrowserContextOptions & { script?: string; before?: () => void } = {},
  ): Promise<ElementPage> {
    const page = await ('contexts' in browser ? browser.newPage(options) : browser.newPage());
    onTestFinished(() => page.close());
    const element = new ElementPage(page, watchMisdeeds(page, new URL(site.url).origin));
    await page.addInitScript(before);
    await page.addInitScript(() => {
      const events: RecordedEvent[] = [];
      Object.assign(window, { events });
      for (const name of ['load', 'progress', 'result', 'error']) {
        const listener = (event: Event) => {
          if (!(event instanceof CustomEvent)) return;
          const { label, code } = event.detail as { label?: string; code?: string };
          events.push({ name, label, ...(code === undefined ? {} : { code }) });
        };
        document.addEventListener(name, listener, { capture: true });
      }
    });
    site.write(
      'index.html',
      `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>A page</title><link rel="icon" href="3.png"><script type="module" src="${script}"></script><main><h1>A page</h1>${body}</main>`,
    );
    await page.goto(site.url);
    await page.evaluate(() => customElements.whenDefined('hwgq-classifier').then(() => {}));
    return element;
  }

  /** The events of all elements so far, in order. */
  events(): Promise<readonly RecordedEvent[]> {
    return this.page.evaluate(() => (window as unknown as { events: RecordedEvent[] }).events);
  }

  /** Returns the number of events of a name so far. */
  async count(name: string): Promise<number> {
    return (await this.events()).filter((event) => event.name === name).length;
  }

  /** The labels of all results so far, without repetitions in a row. */
  async labels(): Promise<readonly string[]> {
    const labels = (await this.events()).flatMap(({ name, label }) => (name === 'result' ? [label ?? 'unsure'] : []));
    return labels.filter((label, index) => label !== labels[index - 1]);
  }

  /** The codes of all errors so far. */
  async codes(): Promise<readonly string[]> {
    return (await this.events()).flatMap(({ code }) => code ?? []);
  }

  /** Runs a function on the page's first element. */
  run<Result, Value>(
    work: (element: HwgqClassifierElement, value: Value) => Result,
    value?: Value,
  ): Promise<Awaited<Result>> {
    return this.page
      .locator('hwgq-classifier')
      .first()
      .evaluate(work as never, value) as Promise<Awaited<Result>>;
  }

  /** Sets properties of the page's first element, all in one task. */
  set(properties: { readonly [name: string]: unknown }): Promise<void> {
    return this.run((element, values) => void Object.assign(element, values), properties);
  }

  /** Drops a file on the page's first element. */
  drop(name: string, type: string, content: string): Promise<void> {
    return this.run(
      (element, [text, name, type]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], name, { type }));
        element.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
      },
      [content, name, type] as const,
    );
  }

  /** Drops a video of images of the site, half a second each, on the page's first element. */
  dropVideo(images: readonly string[]): Promise<void> {
    return this.run(dropVideo, images);
  }

  /** Whether the page's first element matches a custom state. */
  isIn(state: string): Promise<boolean> {
    return this.run((element, name) => element.matches(`:state(${name})`), state);
  }
}

/** A gate that blocks something until the test opens it. */
export function newGate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

function digitPng(digit: string): Uint8Array {
  const { width, height, pixels } = digitPicture(digit);
  return png({ width, height, colourType: 0, samples: pixels });
}

/** An image without any content: noise around gray. */
function grayPng(): Uint8Array {
  const samples = Uint8Array.from({ length: 64 * 64 }, (_, index) => 120 + ((index * 7919) % 13));
  return png({ width: 64, height: 64, colourType: 0, samples });
}

/** Runs in the page. */
async function dropVideo(element: HTMLElement, images: readonly string[]): Promise<void> {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
  const context = canvas.getContext('2d');
  const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: 'video/webm' });
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.start();
  for (const url of images) {
    const image = new Image();
    image.src = url;
    await image.decode();
    for (let frame = 0; frame < 10; frame++) {
      context?.drawImage(image, 0, 0);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  await new Promise((resolve) => {
    recorder.onstop = resolve;
    recorder.stop();
  });
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(parts, 'video.webm', { type: 'video/webm' }));
  element.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
}
