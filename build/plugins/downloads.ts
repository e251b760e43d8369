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

/** Builds of one and the same thing, of which a page fetches one. */
const ALTERNATIVES = /kernels/;
/** What few pages fetch: those with neither WebGPU nor WebAssembly, with rarer kernels, or that time single steps. */
const ON_DEMAND = /reference-runner|on-demand-shaders|profile/;

/** Writes `downloads.json` beside the site: gzipped bytes of this library and of its peers, for the benchmark. */
export function downloads(): Plugin {
  return {
    name: 'downloads',
    apply: 'build',
    async generateBundle() {
      const files = await embedderFiles();
      const sizes: Record<string, number> = { 'hwgq-web': files.reduce((sum, { gzipped }) => sum + gzipped, 0) };
      for (const [name, paths] of Object.entries(PEER_BUILDS)) {
        sizes[name] = paths.reduce((sum, path) => sum + gzippedBytes(readFileSync(path)), 0);
      }
      this.emitFile({ type: 'asset', fileName: 'downloads.json', source: JSON.stringify(sizes) });
    },
  };
}

/** Bundles the library as an embedder would. @returns the files that a page of theirs fetches for it. */
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
    .filter(({ fileName }) => !fileName.endsWith('.map') && !ON_DEMAND.test(fileName))
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
