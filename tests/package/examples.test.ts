import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebServer } from '../../src/bench/programs/support/web-server.ts';
import { useChromium } from '../support/surroundings.ts';
import { InstalledPackage } from './installed-package.ts';
import { pageValue } from './page-value.ts';
import { COMMANDS, type ServedPage, serveWithVite } from './vite-project.ts';

const browser = useChromium('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream');
let installed: InstalledPackage;

beforeAll(async () => {
  installed = await InstalledPackage.install({ local: ['react', 'react-dom'] });
});

afterAll(() => installed?.remove());

/** Copies an example into the folder where its packages have been installed. */
function copyExample(name: string): void {
  cpSync(`examples/${name}`, installed.folder, { recursive: true });
  installed.write({ 'favicon.ico': '', 'public/favicon.ico': '' });
}

async function valueIn(
  served: Promise<ServedPage>,
  read: () => unknown,
  act?: (page: Page) => Promise<unknown>,
): Promise<string> {
  const page = await served;
  try {
    return await pageValue(browser(), page.url, read, act);
  } finally {
    page.close();
  }
}

const serveBuilt = (command: (typeof COMMANDS)[number]) =>
  serveWithVite(installed, resolve('node_modules/vite/bin/vite.js'), command);
const outputText = () => document.querySelector('output')?.value;

it('installs this version of the package in every example', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const folders = readdirSync('examples', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const installs = folders.map(({ name }) => {
    const { dependencies } = JSON.parse(readFileSync(`examples/${name}/package.json`, 'utf8'));
    return [name, dependencies['hwgq-web']];
  });
  const tarball = `file:../../hwgq-web-${version}.tgz`;
  expect(installs).toEqual(['1-script-tag', '2-vite', '3-node', '4-camera', '5-react'].map((name) => [name, tarball]));
});

it('names the picture in 1-script-tag', async () => {
  copyExample('1-script-tag');
  const label = () =>
    document.querySelector('hwgq-classifier')?.shadowRoot?.querySelector('[part~=label]')?.textContent?.trim();
  expect(await valueIn(WebServer.serve(installed.folder), label)).toBe('frog');
});

it.each(COMMANDS)('names the picture in 2-vite (vite %s)', async (command) => {
  copyExample('2-vite');
  expect(await valueIn(serveBuilt(command), outputText)).toMatch(/^frog \d+%, \w+ \d+%, \w+ \d+%$/);
});

it('names the picture in 3-node', async () => {
  copyExample('3-node');
  const { scripts } = JSON.parse(readFileSync('examples/3-node/package.json', 'utf8'));
  const [program, ...words] = scripts.start.split(' ');
  expect(program).toBe('node');
  expect(await installed.run(process.execPath, ...words)).toMatch(/frog\.png: frog \d+% in [\d.]+ ms/);
});

it.each(COMMANDS)('names what the camera shows in 4-camera (vite %s)', async (command) => {
  copyExample('4-camera');
  const start = (page: Page) => page.getByRole('button').click();
  expect(await valueIn(serveBuilt(command), outputText, start)).toMatch(/^\w+, \d+ frames dropped$/);
});

it.each(COMMANDS)('names the picture in 5-react (vite %s)', async (command) => {
  copyExample('5-react');
  const caption = () => {
    const text = document.querySelector('figcaption')?.textContent;
    return text !== 'unsure' && text;
  };
  expect(await valueIn(serveBuilt(command), caption)).toBe('frog');
});
