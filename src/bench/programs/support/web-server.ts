import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

/** Headers that make a page cross-origin isolated, which threads require. */
export const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** An HTTP server for the files of a folder. */
export class WebServer {
  /** If true, connections are closed without a response. */
  isGone = false;
  /** Paths of the requested files, relative to the folder, in order. */
  readonly requests: string[] = [];
  /** Contents that replace files of the folder or add to them, by path relative to the folder. */
  readonly replaced = new Map<string, string | Uint8Array>();
  readonly #server: Server;
  readonly #folder: string;
  readonly #path: string;

  private constructor(folder: string, headers: Readonly<Record<string, string>>, path: string) {
    this.#folder = folder;
    this.#path = path;
    this.#server = createServer(async ({ url = '/', socket }, response) => {
      if (this.isGone) return socket.destroy();
      const { pathname } = new URL(url, 'http://localhost');
      const file = this.#fileAt(pathname);
      this.requests.push(file ?? `outside: ${pathname}`);
      const content = file === undefined ? undefined : await this.#contentOf(file);
      const type = TYPES[extname(file ?? '')] ?? 'application/octet-stream';
      return response.writeHead(content === undefined ? 404 : 200, { 'Content-Type': type, ...headers }).end(content);
    });
  }

  /**
   * Starts a server.
   * @param headers additional headers of every response.
   * @param path the path of the folder in URLs; it starts and ends with a slash.
   */
  static async serve(folder: string, headers: Readonly<Record<string, string>> = {}, path = '/'): Promise<WebServer> {
    const server = new WebServer(folder, headers, path);
    await new Promise<void>((listening) => server.#server.listen(0, '127.0.0.1', listening));
    return server;
  }

  /** URL of the folder. It ends with a slash. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.#path}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #fileAt(pathname: string): string | undefined {
    if (!pathname.startsWith(this.#path)) return undefined;
    const file = pathname.slice(this.#path.length);
    return file === '' || file.endsWith('/') ? `${file}index.html` : file;
  }

  async #contentOf(file: string): Promise<string | Uint8Array | undefined> {
    return this.replaced.get(file) ?? readFile(join(this.#folder, normalize(file))).catch(() => undefined);
  }
}
