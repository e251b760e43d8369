import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build, type Plugin, type Rolldown } from 'vite';
import { assemblyScript } from './assemblyscript.ts';
import { PEER_BUILDS } from './peers.ts';
import { wgsl } from './wgsl.ts';

/** One file that a page with the library fetches. */
export interface LibraryFile {
  readonly name: string;
  readonly bytes: number;
  readonly gzipped: number;
}

/** The backends of a machine: `auto` is a machine with a hardware GPU, which tries both others at load. */
export type DownloadPath = 'wasm' | 'webgpu' | 'auto' | 'reference';

/** Files that only some paths fetch. Every path fetches all others. */
const FETCHED_BY: readonly (readonly [file: RegExp, paths: readonly DownloadPath[]])[] = [
  [/kernels|thread-worker|wasm-runner/, ['wasm', 'auto']],
  [/proven-gpu/, ['webgpu', 'auto']],
  [/reference-runner/, ['reference']],
  // The timing of single steps, shaders of rare layers, and the hash of files above 16 MB or of pages without HTTPS.
  [/profile|on-demand-shaders|hash/, []],
];
/** Builds of the WebAssembly kernels. A page fetches one of them. */
const ALTERNATIVES = /kernels/;

/** Writes `downloads.json` beside the site: the gzipped bytes of this library and of its peers, for the benchmark. */
export function downloads(): Plugin {
  return {
    name: 'downloads',
    apply: 'build',
    async generateBundle() {
      const files = await embedderFiles();
      const sizes: Record<string, number> = {};
      for (const path of ['wasm', 'webgpu', 'auto', 'reference'] as const) {
        sizes[`hwgq-web ${path}`] = gzippedSize(fetchedBy(path, files));
      }
      for (const [name, paths] of Object.entries(PEER_BUILDS)) {
        sizes[name] = paths.reduce((sum, path) => sum + gzippedBytes(readFileSync(path)), 0);
      }
      this.emitFile({ type: 'asset', fileName: 'downloads.json', source: JSON.stringify(sizes) });
    },
  };
}

/** Returns the files that a page with default options fetches on a machine with these backends. */
export function fetchedBy(path: DownloadPath, files: readonly LibraryFile[]): readonly LibraryFile[] {
  return files.filter(({ name }) => {
    const [, paths] = FETCHED_BY.find(([file]) => file.test(name)) ?? [];
    return paths === undefined || paths.includes(path);
  });
}

export function gzippedSize(files: readonly LibraryFile[]): number {
  return files.reduce((sum, { gzipped }) => sum + gzipped, 0);
}

/** Bundles the library as an embedder would, and returns its files; of alternatives only the largest. */
export async function embedderFiles(): Promise<readonly LibraryFile[]> {
  const plugins = () => [assemblyScript(), wgsl()];
  const result = (await build({
    configFile: false,
    logLevel: 'silent',
    publicDir: false,
    plugins: plugins(),
    worker: { format: 'es', plugins },
    build: {
      write: false,
      target: 'es2023',
      rolldownOptions: { input: 'src/client/index.ts', preserveEntrySignatures: 'strict' },
    },
  })) as Rolldown.RolldownOutput;
  const files = result.output
    .filter(({ fileName }) => !fileName.endsWith('.map'))
    .map((file): LibraryFile => {
      const content = Buffer.from(file.type === 'chunk' ? file.code : file.source);
      return { name: file.fileName, bytes: content.length, gzipped: gzippedBytes(content) };
    });
  const alternatives = files.filter(({ name }) => ALTERNATIVES.test(name));
  const [largest] = alternatives.sort((a, b) => b.gzipped - a.gzipped);
  return files.filter((file) => !ALTERNATIVES.test(file.name) || file === largest);
}

function gzippedBytes(content: Buffer): number {
  return gzipSync(content, { level: 9 }).length;
}
