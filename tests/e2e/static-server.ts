import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/** A plain web server of a folder under a path, which can be gone for a while. */
export class StaticServer {
  /** Paths that were asked for, from the folder on, in order. */
  readonly requests: string[] = [];
  /** Files that are served in the place of those in the folder. */
  readonly replaced = new Map<string, string>();
  #server: Server | undefined;
  #port = 0;

  constructor(
    private readonly folder: string,
    private readonly path: string,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.#port}${this.path}`;
  }

  async start(): Promise<void> {
    this.#server = createServer(({ url = '' }, response) => {
      const { pathname } = new URL(url, 'http://host');
      const path = pathname.startsWith(this.path) ? pathname.slice(this.path.length) || 'index.html' : undefined;
      this.requests.push(path ?? `outside: ${pathname}`);
      const file = path && join(this.folder, path);
      if (!file || !existsSync(file)) return response.writeHead(404).end();
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
      return response.end(this.replaced.get(path) ?? readFileSync(file));
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.#port, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (typeof address === 'object' && address) this.#port = address.port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  }
}
