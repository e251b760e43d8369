import { defineConfig, type Plugin } from 'vite';
import { licences } from './rolldown-plugin-licences.ts';
import { assemblyScript } from './vite-plugin-assemblyscript.ts';
import { downloads } from './vite-plugin-downloads.ts';
import { peers } from './vite-plugin-peers.ts';
import { serviceWorker } from './vite-plugin-service-worker.ts';
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
  plugins: [assemblyScript(), wgsl(), peers(), downloads(), licences(), contentSecurityPolicy(), serviceWorker()],
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

export default defineConfig(({ mode }) => (mode === 'bench' ? bench : site));
