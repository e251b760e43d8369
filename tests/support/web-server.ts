import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.png': 'image/png',
};

/** A folder on the web. */
export class WebServer {
  private constructor(
    private readonly server: Server,
    /** Ends in a slash. */
    readonly url: string,
  ) {}

  /** @param headers of every answer. */
  static async serve(folder: string, headers: Readonly<Record<string, string>> = {}): Promise<WebServer> {
    const server = createServer(async ({ url = '/' }, response) => {
      const { pathname } = new URL(url, 'http://localhost');
      const path = join(folder, normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname));
      const content = await readFile(path).catch(() => undefined);
      const type = TYPES[extname(path)] ?? 'application/octet-stream';
      response.writeHead(content ? 200 : 404, { 'Content-Type': type, ...headers }).end(content);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new WebServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
