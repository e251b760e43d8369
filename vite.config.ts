import { defineConfig } from 'vite';
import { licences } from './rolldown-plugin-licences.ts';
import { assemblyScript } from './vite-plugin-assemblyscript.ts';
import { contentSecurityPolicy } from './vite-plugin-content-security-policy.ts';
import { downloads } from './vite-plugin-downloads.ts';
import { peers } from './vite-plugin-peers.ts';
import { serviceWorker } from './vite-plugin-service-worker.ts';
import { wgsl } from './vite-plugin-wgsl.ts';

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
