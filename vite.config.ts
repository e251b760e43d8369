import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { assemblyScript } from './vite-plugin-assemblyscript.ts';
import { downloads } from './vite-plugin-downloads.ts';
import { licences } from './vite-plugin-licences.ts';
import { inlineWorkers, workerFiles } from './vite-plugin-packaged-workers.ts';
import { peers } from './vite-plugin-peers.ts';
import { wgsl } from './vite-plugin-wgsl.ts';

/** What the pages may load and do: their own files, a camera's or a dropped picture, and nothing from elsewhere. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self' blob: data:",
  "object-src 'none'",
  "base-uri 'none'",
].join('; ');

function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

const site = {
  base: './',
  assetsInclude: ['**/*.hwgq'],
  plugins: [assemblyScript(), wgsl(), peers(), downloads(), contentSecurityPolicy()],
  worker: { format: 'es' as const, plugins: () => [assemblyScript(), wgsl()] },
  build: {
    outDir: 'dist/site',
    target: 'es2023',
    assetsInlineLimit: 0,
    sourcemap: true,
    rolldownOptions: { input: ['index.html', 'evaluate.html', 'benchmark.html', 'first-label.html'] },
  },
  preview: { headers: { 'Content-Security-Policy': CONTENT_SECURITY_POLICY } },
};

/** A browser's files of the package: one for each entry, and beside it what only some pages need. */
function browserFiles(input: Record<string, string>) {
  return {
    consumer: 'client' as const,
    build: {
      outDir: 'dist/lib',
      emptyOutDir: false,
      target: 'es2023',
      sourcemap: true,
      modulePreload: false as const,
      rolldownOptions: {
        input,
        // What only chunks share with an entry then stays in the entry.
        preserveEntrySignatures: 'allow-extension' as const,
        output: { entryFileNames: '[name].js', chunkFileNames: chunkFileName },
      },
    },
  };
}

/** The kernels' builds differ in their query only. */
function chunkFileName({ name, facadeModuleId }: { name: string; facadeModuleId?: string | null }): string {
  const [, variant] = facadeModuleId?.split('?wasm=') ?? [];
  return variant ? `${name}-${variant}.js` : '[name].js';
}

/** What runs in Node: the library and the `hwgq` command. Packages stay outside. */
const nodeFiles = {
  consumer: 'server' as const,
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node20',
    sourcemap: true,
    rolldownOptions: {
      input: { 'node/index': 'src/node/index.ts', 'cli/hwgq': 'src/cli/hwgq.ts' },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: (chunk: { name: string }) => `node/${chunkFileName(chunk)}`,
        banner: ({ name }: { name: string }) => (name === 'cli/hwgq' ? '#!/usr/bin/env node' : ''),
      },
    },
  },
};

/** All that `npm pack` packs. */
const packaged = {
  publicDir: false as const,
  plugins: [
    assemblyScript(),
    wgsl(),
    { ...licences(), applyToEnvironment: ({ name }: { name: string }) => name !== 'node' },
    { ...workerFiles(), applyToEnvironment: ({ name }: { name: string }) => name !== 'inline' },
    { ...inlineWorkers(), applyToEnvironment: ({ name }: { name: string }) => name === 'inline' },
  ],
  builder: { sharedConfigBuild: true },
  environments: {
    client: browserFiles({ index: 'src/client/index.ts' }),
    worker: browserFiles({ worker: 'src/worker/worker.ts' }),
    teamWorker: browserFiles({ 'team-worker': 'src/backends/wasm/team-worker.ts' }),
    inline: browserFiles({ inline: 'src/client/index.ts' }),
    node: nodeFiles,
  },
};

/** What `npm run bench` runs: it drives the benchmark's pages in Chromium. */
const bench = {
  plugins: [assemblyScript(), wgsl()],
  publicDir: false as const,
  build: {
    outDir: 'dist/bench',
    target: 'node20',
    ssr: 'tests/bench/bench.ts',
    rolldownOptions: { output: { entryFileNames: 'bench.js' } },
  },
};

const configurations: Readonly<Record<string, UserConfig>> = { package: packaged, bench };

export default defineConfig(({ mode }) => configurations[mode] ?? site);
