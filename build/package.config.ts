import { rmSync } from 'node:fs';
import type { RolldownOptions } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { assemblyScript } from './plugins/assemblyscript.ts';
import { licences } from './plugins/licences.ts';
import { inlineWorkers, workerFiles } from './plugins/packaged-workers.ts';
import { wgsl } from './plugins/wgsl.ts';

type Plugins = RolldownOptions['plugins'];

/** The kernels' builds differ in their query only. */
function chunkFileName({ name, facadeModuleId }: { name: string; facadeModuleId?: string | null }): string {
  const [, variant] = facadeModuleId?.split('?wasm=') ?? [];
  return variant ? `${name}-${variant}.js` : '[name].js';
}

/** One file, and beside it what only some pages need. */
function browserFile(name: string, source: string, plugins: Plugins): RolldownOptions {
  return {
    input: { [name]: source },
    platform: 'browser',
    transform: { target: 'es2023' },
    // What only chunks share with an entry then stays in the entry.
    preserveEntrySignatures: 'allow-extension',
    plugins: [assemblyScript(), wgsl(), plugins],
    output: {
      dir: 'dist/lib',
      minify: true,
      comments: { annotation: false },
      sourcemap: true,
      chunkFileNames: chunkFileName,
    },
  };
}

/** One file that has all it needs: parts of it would be named as the worker's are. */
function wholeFile(name: string, source: string): RolldownOptions {
  const file = browserFile(name, source, workerFiles());
  return { ...file, output: { ...file.output, codeSplitting: false } };
}

/** The library and the `hwgq` command; other packages stay outside. */
const nodeFiles: RolldownOptions = {
  input: { 'node/index': 'src/node/index.ts', 'cli/hwgq': 'src/cli/hwgq.ts' },
  platform: 'node',
  external: /^[a-z@]/,
  transform: { target: 'node20' },
  plugins: [assemblyScript(), wgsl()],
  output: {
    dir: 'dist',
    sourcemap: true,
    chunkFileNames: (chunk) => `node/${chunkFileName(chunk)}`,
    banner: ({ name }) => (name === 'cli/hwgq' ? '#!/usr/bin/env node' : ''),
  },
};

const declarations: RolldownOptions = {
  input: {
    'lib/index': 'src/client/index.ts',
    'lib/autotune': 'src/client/autotune.ts',
    'lib/hwgq-classifier': 'src/element/hwgq-classifier.ts',
    'node/index': 'src/node/index.ts',
  },
  plugins: [dts({ emitDtsOnly: true, oxc: true })],
  output: { dir: 'dist', chunkFileNames: 'lib/shared.js' },
};

/** Takes errors from the library's file, so that those of all modules are of one class. */
const errorsOutside = {
  name: 'errors-outside',
  resolveId: (source: string) => (source.endsWith('/errors.ts') ? { id: './index.js', external: true } : undefined),
};

/** Takes the library from its own file, so that a page with both has one worker. */
const libraryOutside = {
  name: 'library-outside',
  resolveId: (source: string) =>
    source.endsWith('/client/index.ts') ? { id: './index.js', external: true } : undefined,
};

// Files that only an earlier build had would be packed too.
for (const folder of ['cli', 'lib', 'node']) rmSync(`dist/${folder}`, { recursive: true, force: true });

/** All that `npm pack` packs. */
export default [
  browserFile('index', 'src/client/index.ts', workerFiles()),
  // It has code of all packages that the others have code of.
  browserFile('worker', 'src/worker/worker.ts', [workerFiles(), licences()]),
  browserFile('team-worker', 'src/backends/wasm/team-worker.ts', workerFiles()),
  browserFile('autotune', 'src/client/autotune.ts', [workerFiles(), errorsOutside]),
  wholeFile('tune-worker', 'src/worker/tune-worker.ts'),
  browserFile('hwgq-classifier', 'src/element/hwgq-classifier.ts', libraryOutside),
  browserFile('inline', 'src/client/index.ts', inlineWorkers()),
  browserFile('hwgq-classifier-inline', 'src/element/hwgq-classifier.ts', inlineWorkers()),
  nodeFiles,
  declarations,
];
