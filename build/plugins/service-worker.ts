import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { build, type Plugin, type ResolvedConfig } from 'vite';

/** Files that are not cached for offline use: source maps, and other engines of the benchmark. */
const NOT_KEPT = /\.map$|^peers\/|^service-worker\.js$/;

/** Emits `service-worker.js` after all other files of the site. */
export function serviceWorker(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    writeBundle: {
      sequential: true,
      order: 'post',
      async handler() {
        const { outDir, target } = config.build;
        const files = siteFiles(outDir);
        const version = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
        await build({
          configFile: false,
          logLevel: 'silent',
          publicDir: false,
          define: { SITE: JSON.stringify({ version, files }) },
          build: {
            outDir,
            emptyOutDir: false,
            target,
            rolldownOptions: {
              input: 'src/site/demo/service-worker.ts',
              output: { entryFileNames: 'service-worker.js' },
            },
          },
        });
      },
    },
  };
}

/** Returns the relative paths of a folder's files with their Subresource Integrity hashes. */
function siteFiles(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !NOT_KEPT.test(path))
    .sort();
  return Object.fromEntries(
    paths.map((path) => {
      const hash = createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('base64');
      return [path, `sha256-${hash}`];
    }),
  );
}
