import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { DrivenBrowser } from './driven-browser.ts';

const DRIVER = '/usr/bin/WebKitWebDriver';
const SCREEN = '/usr/bin/Xvfb';
const LIBRARIES = '/usr/lib';

const isRoot = process.getuid?.() === 0;

/** Path of MiniBrowser, which Debian installs in a folder named by architecture and version. */
const miniBrowser = existsSync(LIBRARIES)
  ? readdirSync(LIBRARIES)
      .flatMap((folder) => ['4.1', '6.0'].map((version) => `${LIBRARIES}/${folder}/webkit2gtk-${version}/MiniBrowser`))
      .find((path) => existsSync(path))
  : undefined;

/** Whether WebKitGTK, its driver, and Xvfb are installed (Debian: webkit2gtk-driver, xvfb). */
export const hasWebKit = miniBrowser !== undefined && existsSync(DRIVER) && existsSync(SCREEN);

/** WebDriver's key for an element reference. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** WebKitGTK under Xvfb, driven by WebDriver. */
export async function startWebKit(): Promise<DrivenBrowser> {
  const screen = spawn(SCREEN, ['-displayfd', '1', '-screen', '0', '1200x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const display = await new Promise<string>((resolve) =>
    screen.stdout.once('data', (data) => resolve(`${data}`.trim())),
  );
  const port = await freePort();
  const driver = spawn(DRIVER, ['--host=127.0.0.1', `--port=${port}`], {
    stdio: 'ignore',
    env: {
      ...process.env,
      DISPLAY: `:${display}`,
      ...(isRoot ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } : {}),
    },
  });
  const stop = () => {
    driver.kill();
    screen.kill();
  };
  const ask = async <Value>(method: string, path: string, body?: unknown): Promise<Value> => {
    const response = await fetch(`http://127.0.0.1:${port}/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { value: Value & { error?: string; message?: string } };
    if (!response.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  };
  try {
    await untilReady(() => ask('GET', 'status'));
    const options = {
      binary: miniBrowser,
      args: ['--automation', '--enable-media-stream=true', '--enable-mock-capture-devices=true'],
    };
    const { sessionId } = await ask<{ sessionId: string }>('POST', 'session', {
      capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
    });
    const post = <Value>(path: string, body: unknown) => ask<Value>('POST', `session/${sessionId}/${path}`, body);
    await post('timeouts', { script: 120_000, pageLoad: 120_000 });
    await post('window/rect', { x: 0, y: 0, width: 1200, height: 900 });
    const pointer = (actions: readonly object[]) =>
      post<null>('actions', {
        actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }],
      });
    return {
      open: (url) => post('url', { url }),
      evaluate: async (body) => {
        const script = `const done = arguments[0]; (async () => {${body}})().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
        const { value, error } = await post<{ value?: never; error?: string }>('execute/async', { script, args: [] });
        if (error !== undefined) throw new Error(error);
        return value as never;
      },
      click: async (selector) => {
        const found = await post<Record<string, string>>('element', { using: 'css selector', value: selector });
        await post(`element/${found[ELEMENT]}/click`, {});
      },
      drag: async ([[x, y] = [0, 0], ...others]) => {
        const moves = others.map(([nextX, nextY]) => move(nextX, nextY));
        await pointer([move(x, y), { type: 'pointerDown', button: 0 }, ...moves, { type: 'pointerUp', button: 0 }]);
      },
      screenshot: async () => Buffer.from(await ask<string>('GET', `session/${sessionId}/screenshot`), 'base64'),
      close: async () => {
        await ask('DELETE', `session/${sessionId}`).finally(stop);
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

function move(x: number, y: number): object {
  return { type: 'pointerMove', duration: 20, x: Math.round(x), y: Math.round(y) };
}

/** Returns a free port, because the driver does not report one that it chooses itself. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilReady(ask: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await pause(100);
    }
  }
}
