import { defineConfig, type Plugin } from 'vite';
import { assemblyScript } from './build/plugins/assemblyscript.ts';
import { contentSecurityPolicy } from './build/plugins/content-security-policy.ts';
import { downloads } from './build/plugins/downloads.ts';
import { licences } from './build/plugins/licences.ts';
import { peers } from './build/plugins/peers.ts';
import { serviceWorker } from './build/plugins/service-worker.ts';
import { wgsl } from './build/plugins/wgsl.ts';

/** Keeps what a worker exports to its own chunks (src/engine/shared-parts.ts). */
function workerExports(): Plugin {
  return {
    name: 'worker-exports',
    options: (options) => ({ ...options, preserveEntrySignatures: 'allow-extension' as const }),
  };
}

const site = {
  base: './',
  assetsInclude: ['**/*.hwgq'],
  plugins: [assemblyScript(), wgsl(), peers(), downloads(), licences(), contentSecurityPolicy(), serviceWorker()],
  worker: {
    format: 'es' as const,
    plugins: () => [assemblyScript(), wgsl(), workerExports()],
  },
  build: {
    outDir: 'dist/site',
    target: 'es2023',
    assetsInlineLimit: 0,
    // All browsers that run the site's code support module preloads.
    modulePreload: { polyfill: false },
    sourcemap: true,
    rolldownOptions: {
      input: [
        ...['index.html', 'evaluate.html', 'benchmark.html', 'end-to-end.html'],
        ...['floor', 'hwgq-web', 'litert', 'onnxruntime-web'].map((engine) => `first-label/${engine}.html`),
      ],
    },
  },
};

/** What `npm run bench` runs: it drives the benchmark's pages in Chromium. */
const bench = {
  plugins: [assemblyScript(), wgsl()],
  publicDir: false as const,
  build: {
    outDir: 'dist/bench',
    target: 'node20',
    ssr: 'src/bench/programs/bench.ts',
    rolldownOptions: { output: { entryFileNames: 'bench.js' } },
  },
};

/** What `npm run gpu-static` and `npm run gpu-measured` run: WebGPU in Node. */
const gpu = {
  plugins: [assemblyScript(), wgsl()],
  publicDir: false as const,
  build: {
    outDir: 'dist/gpu',
    target: 'node20',
    ssr: true,
    rolldownOptions: {
      input: ['src/bench/programs/gpu-static.ts', 'src/bench/programs/gpu-measured.ts'],
      output: { entryFileNames: '[name].js' },
    },
  },
};

export default defineConfig(({ mode }) => (mode === 'bench' ? bench : mode === 'gpu' ? gpu : site));
