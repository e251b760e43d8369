import { defineConfig, type Plugin } from 'vite';
import { assemblyScript } from './vite-plugin-assemblyscript.ts';
import { downloads } from './vite-plugin-downloads.ts';
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

/** The `hwgq` command: one file for Node, packages left outside. */
const command = {
  plugins: [assemblyScript(), wgsl()],
  publicDir: false as const,
  build: {
    outDir: 'dist/cli',
    target: 'node20',
    ssr: 'src/cli/hwgq.ts',
    rolldownOptions: { output: { entryFileNames: 'hwgq.js', banner: '#!/usr/bin/env node' } },
  },
};

/** What `npm run bench` runs: it drives the benchmark's pages in Chromium. */
const bench = {
  ...command,
  build: {
    ...command.build,
    outDir: 'dist/bench',
    ssr: 'tests/bench/bench.ts',
    rolldownOptions: { output: { entryFileNames: 'bench.js' } },
  },
};

export default defineConfig(({ mode }) => (mode === 'cli' ? command : mode === 'bench' ? bench : site));
