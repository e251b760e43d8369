import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ISOLATED, WebServer } from '../../src/bench/programs/support/web-server.ts';
import type { InstalledPackage } from './installed-package.ts';

/** The two ways in which Vite serves a page. */
export const COMMANDS = ['dev', 'build'] as const;

export interface ServedPage {
  readonly url: string;
  close(): void;
}

/**
 * Serves an application in the folder of an installed package.
 * @param vite path of Vite's command, `vite.js`.
 * @param command `dev` starts the development server; `build` builds the application and serves the result.
 */
export async function serveWithVite(
  installed: InstalledPackage,
  vite: string,
  command: (typeof COMMANDS)[number],
): Promise<ServedPage> {
  if (command === 'build') {
    await installed.run(process.execPath, vite, 'build', '--logLevel', 'warn');
    return WebServer.serve(join(installed.folder, 'dist'), ISOLATED);
  }
  // A cache of dependencies that another application left would make Vite reload the page.
  rmSync(join(installed.folder, 'node_modules/.vite'), { recursive: true, force: true });
  installed.write({
    'develop.mjs': `
      import { createServer } from ${JSON.stringify(join(vite, '../../dist/node/index.js'))};
      const headers = ${JSON.stringify(ISOLATED)};
      const server = await createServer({ logLevel: 'warn', server: { port: 0, host: '127.0.0.1', headers } });
      await server.listen();
      process.stdout.write(server.resolvedUrls.local[0]);`,
  });
  const server = installed.start(process.execPath, 'develop.mjs');
  return { url: await server.firstOutput, close: () => server.stop() };
}
