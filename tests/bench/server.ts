import { existsSync } from 'node:fs';
import { type PreviewServer, preview } from 'vite';

/** What makes a page cross-origin isolated, so that it has threads. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * Serves the built site cross-origin isolated, and files of memory beside it.
 * @throws Error where the site has not been built.
 */
export async function serveBenchmark(
  files: ReadonlyMap<string, Uint8Array>,
): Promise<{ readonly server: PreviewServer; readonly url: string }> {
  if (!existsSync('dist/site/benchmark.html')) throw new Error('There is no dist/site: run `npm run build` first.');
  const server = await preview({
    logLevel: 'silent',
    preview: { port: 0, host: '127.0.0.1' },
    plugins: [
      {
        name: 'benchmark-server',
        configurePreviewServer({ middlewares }) {
          middlewares.use((request, response, next) => {
            for (const [header, value] of Object.entries(ISOLATION)) response.setHeader(header, value);
            const file = files.get((request.url ?? '').slice(1));
            if (file) response.end(file);
            else next();
          });
        },
      },
    ],
  });
  const address = server.httpServer.address();
  if (typeof address !== 'object' || !address) throw new Error('The preview server has no port.');
  return { server, url: `http://127.0.0.1:${address.port}/` };
}
