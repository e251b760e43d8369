import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { assemblyScript } from '../../vite-plugin-assemblyscript.ts';
import { wgsl } from '../../vite-plugin-wgsl.ts';

/** One file that a page with the library fetches. */
export interface LibraryFile {
  readonly name: string;
  readonly bytes: number;
  readonly gzipped: number;
}

/** Builds of one and the same thing, of which a page fetches one. */
const ALTERNATIVES = /kernels/;

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
    .filter(({ fileName }) => !fileName.endsWith('.map'))
    .map((file): LibraryFile => {
      const content = Buffer.from(file.type === 'chunk' ? file.code : file.source);
      return { name: file.fileName, bytes: content.length, gzipped: gzipSync(content, { level: 9 }).length };
    });
  const largest = files
    .filter(({ name }) => ALTERNATIVES.test(name))
    .reduce<LibraryFile | undefined>((best, file) => (best && best.gzipped >= file.gzipped ? best : file), undefined);
  return files.filter((file) => !ALTERNATIVES.test(file.name) || file === largest);
}
