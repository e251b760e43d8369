import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebServer } from '../../src/bench/programs/support/web-server.ts';
import { InstalledPackage } from '../package/installed-package.ts';
import { serveWithVite } from '../package/vite-project.ts';
import { useChromium } from '../support/surroundings.ts';
import { SAMPLES, type Sample } from './samples.ts';

/** Pages that a newcomer copies from: their snippets run in an empty folder after `npm install hwgq-web`. */
const PAGES = ['README.md', 'docs/guides/quick-start.md'];
const SNIPPETS = SAMPLES.filter(({ place }) => PAGES.some((page) => place.startsWith(`${page}:`)));

const FROG = 'node_modules/hwgq-web/models/samples/frog.png';
/** A fake camera shows nothing that the model knows. */
const ANY_ANSWER = /airplane|automobile|bird|cat|deer|dog|frog|horse|ship|truck|unsure/;

const browser = useChromium('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream');
let installed: InstalledPackage;

beforeAll(async () => {
  installed = await InstalledPackage.install();
});

afterAll(() => installed?.remove());

const isForNode = ({ code }: Sample) => code.includes("'hwgq-web/node'");
const inLanguage = (language: string) => SNIPPETS.filter((sample) => sample.language === language);

describe('a snippet of the README or the quick start', () => {
  it.each(inLanguage('html'))('runs as a page: $place', async ({ code }) => {
    installed.write({ 'index.html': `${code}<link rel="icon" href="data:,">` });
    const server = await WebServer.serve(installed.folder);
    try {
      await expectInPage(server.url, code, async (page) => (await page.getByText('frog').count()) > 0);
    } finally {
      server.close();
    }
  });

  it.each(inLanguage('ts').filter((sample) => !isForNode(sample)))('runs in Vite: $place', async ({ code }) => {
    installed.write({
      'index.html': `<!doctype html><link rel="icon" href="data:,"><input type="file" multiple>
        <script type="module" src="/snippet.ts"></script>`,
      'snippet.ts': code,
    });
    const server = await serveWithVite(installed, resolve('node_modules/vite/bin/vite.js'), 'build');
    const answer = code.includes('getUserMedia') ? ANY_ANSWER : /frog/;
    try {
      await expectInPage(server.url, code, async (page, logged) => answer.test(`${logged()} ${await page.title()}`));
    } finally {
      server.close();
    }
  });

  it.each(inLanguage('ts').filter(isForNode))('runs in Node: $place', async ({ code }) => {
    installed.write({ 'snippet.mjs': ts.transpile(code, { target: ts.ScriptTarget.ES2022 }) });
    expect(await installed.run(process.execPath, 'snippet.mjs', FROG)).toContain('frog');
  });

  const commands = inLanguage('sh').flatMap(({ code }) => code.trim().split('\n'));

  it.each(commands.filter((line) => line.startsWith('npx hwgq ')))('runs as a command: %s', async (line) => {
    const [, program = '', ...words] = line.split(' ');
    const output = await installed.run(join(installed.folder, 'node_modules/.bin', program), ...words);
    expect(output).toContain('frog');
  });

  it('covers pages, bundlers, Node and the command', () => {
    expect(new Set(SNIPPETS.map(({ language }) => language))).toEqual(new Set(['html', 'sh', 'ts']));
    expect(SNIPPETS.filter(isForNode).length).toBeGreaterThan(0);
    expect(commands.filter((line) => line.startsWith('npx hwgq ')).length).toBeGreaterThan(0);
  });
});

/** Waits until a page shows what it should, choosing a file again and again if the snippet reads files. */
async function expectInPage(
  url: string,
  code: string,
  isShown: (page: Page, logged: () => string) => Promise<boolean>,
): Promise<void> {
  const page = await browser().newPage();
  const logged: string[] = [];
  page.on('console', (message) => logged.push(message.text()));
  page.on('pageerror', (error) => logged.push(error.message));
  try {
    await page.goto(url);
    const look = async () => {
      if (code.includes('input')) {
        // Choosing the chosen file again would not be a change.
        await page.locator('input').setInputFiles([]);
        await page.locator('input').setInputFiles(join(installed.folder, FROG));
      }
      return (await isShown(page, () => logged.join(' '))) || logged.join('\n');
    };
    await expect.poll(look).toBe(true);
  } finally {
    await page.close();
  }
}
