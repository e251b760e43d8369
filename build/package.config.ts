import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin, RolldownOptions } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { assemblyScript } from './plugins/assemblyscript.ts';
import { licences } from './plugins/licences.ts';
import { inlineWorkers, workerFiles } from './plugins/packaged-workers.ts';
import { wgsl } from './plugins/wgsl.ts';

type Plugins = RolldownOptions['plugins'];

const CLIENT = 'src/client/index.ts';
const ELEMENT = 'src/element/hwgq-classifier.ts';
const AUTOTUNE = 'src/client/autotune.ts';
const WORKER = 'src/worker/worker.ts';

/** Names a chunk. The builds of the kernels differ only in the query of their module. */
function chunkFileName({ name, facadeModuleId }: { name: string; facadeModuleId?: string | null }): string {
  const [, variant] = facadeModuleId?.split('?wasm=') ?? [];
  return variant ? `${name}-${variant}.js` : '[name].js';
}

/** Builds a browser file, with chunks beside it that only some pages need. */
function browserFile(name: string, source: string, plugins: Plugins): RolldownOptions {
  return {
    input: { [name]: source },
    platform: 'browser',
    transform: { target: 'es2023' },
    // Keeps code that chunks share with the entry in the entry, instead of in a further chunk.
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

/** Builds a browser file without chunks: they would overwrite those of `worker.js`, which have the same names. */
function wholeFile(name: string, source: string): RolldownOptions {
  const file = browserFile(name, source, workerFiles());
  return { ...file, output: { ...file.output, codeSplitting: false } };
}

/** The library for Node and the `hwgq` command. Dependencies stay external. */
const nodeFiles: RolldownOptions = {
  input: {
    'node/index': 'src/node/index.ts',
    'cli/hwgq': 'src/cli/hwgq.ts',
    'cli/picture-thread': 'src/cli/picture-thread.ts',
  },
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
    'lib/index': CLIENT,
    'lib/autotune': AUTOTUNE,
    'lib/hwgq-classifier': ELEMENT,
    'node/index': 'src/node/index.ts',
  },
  plugins: [dts({ emitDtsOnly: true, oxc: true }), workerDeclaration()],
  output: { dir: 'dist', chunkFileNames: 'lib/shared.js' },
};

/** Declares the workers as modules that export nothing. */
function workerDeclaration(): Plugin {
  return {
    name: 'worker-declaration',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'lib/worker.d.ts', source: 'export {};\n' });
    },
  };
}

/** The module that replaces `src/errors.ts` if `HwgqError` is imported from another file. */
const ERRORS = '\0errors';

/** Imports `HwgqError` from the library's file, so that all modules share one class. */
function errorsFrom(file: string): Plugin {
  return {
    name: 'errors-from',
    resolveId(source, importer) {
      if (importer === ERRORS) return { id: source, external: source === file };
      return source.endsWith('/errors.ts') ? ERRORS : undefined;
    },
    load: (id) =>
      id === ERRORS ? `export { HwgqError } from '${file}'; export * from '${resolve('src/errors.ts')}';` : undefined,
  };
}

/** Imports the library from its own file, so that a page with the element and the library has one worker. */
function libraryFrom(file: string): Plugin {
  return {
    name: 'library-from',
    resolveId: (source) => (source.endsWith('/client/index.ts') ? { id: file, external: true } : undefined),
  };
}

/** Files for plain pages and for bundlers that split workers into chunks. */
const split = [
  browserFile('index', CLIENT, workerFiles()),
  // This worker contains code of every dependency that any file contains, so one file of licences is enough.
  browserFile('worker', WORKER, [workerFiles(), licences()]),
  browserFile('thread-worker', 'src/backends/wasm/thread-worker.ts', workerFiles()),
  browserFile('autotune', AUTOTUNE, [workerFiles(), errorsFrom('./index.js')]),
  wholeFile('tune-worker', 'src/worker/tune-worker.ts'),
  browserFile('hwgq-classifier', ELEMENT, libraryFrom('./index.js')),
];

/** Files for bundlers that cannot split workers, as Vite by default up to version 7. */
const bundler = [
  browserFile('index-bundler', CLIENT, workerFiles({ 'worker.js': 'worker-bundler.js' })),
  wholeFile('worker-bundler', WORKER),
  browserFile('autotune-bundler', AUTOTUNE, [workerFiles(), errorsFrom('./index-bundler.js')]),
  browserFile('hwgq-classifier-bundler', ELEMENT, libraryFrom('./index-bundler.js')),
];

/** Files that contain their workers as text. */
const inline = [
  browserFile('inline', CLIENT, inlineWorkers()),
  browserFile('hwgq-classifier-inline', ELEMENT, inlineWorkers()),
];

/** Files for development servers, which move modules away from their workers. They import the library from `inline.js`. */
const development = [
  browserFile('autotune-development', AUTOTUNE, [inlineWorkers(), errorsFrom('./inline.js')]),
  browserFile('hwgq-classifier-development', ELEMENT, libraryFrom('./inline.js')),
];

// Files left over from an earlier build would be packed too.
for (const folder of ['cli', 'lib', 'node']) rmSync(`dist/${folder}`, { recursive: true, force: true });

/** Everything in `dist` that `npm pack` includes. */
export default [...split, ...bundler, ...inline, ...development, nodeFiles, declarations];
