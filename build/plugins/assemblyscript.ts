import { dirname, relative } from 'node:path';
import { main } from 'assemblyscript/asc';
import type { Plugin } from 'vite';

/** By the import's path: each worker is bundled by a plugin of its own, and compiling takes seconds. */
const compiled = new Map<string, Promise<string>>();

/**
 * Lets TypeScript import an AssemblyScript program as the bytes of a WebAssembly module, which need no fetch and no path
 * of their own: `import('./kernels/index.ts?wasm=plain')`. They stand in the code as hexadecimal digits, which pack
 * better than base64. `relaxed` sets IS_RELAXED, so that relaxed SIMD is used; `-shared` behind either takes a memory
 * that several threads share.
 */
export function assemblyScript(): Plugin {
  return {
    name: 'assemblyscript',
    enforce: 'pre',
    async load(id) {
      const [path = '', variant] = id.split('?wasm=');
      if (!variant) return undefined;
      const made = compiled.get(id) ?? compile(path, variant);
      compiled.set(id, made);
      const digits = JSON.stringify(await made);
      return {
        code: `export default Uint8Array.from(${digits}.match(/../g), (byte) => parseInt(byte, 16));`,
        map: null,
      };
    },
    watchChange() {
      compiled.clear();
    },
  };
}

const MAX_PAGES = 65536;

async function compile(path: string, variant: string): Promise<string> {
  let binary = new Uint8Array();
  const entry = relative(process.cwd(), path);
  const options = [
    ...['-O3', '--shrinkLevel', '1', '--converge', '--noAssert'],
    ...['--runtime', 'stub', '--importMemory', '--noExportMemory'],
    ...['--use', 'abort=', '--use', `IS_RELAXED=${variant.startsWith('relaxed') ? 1 : 0}`],
    ...['--enable', variant.startsWith('relaxed') ? 'simd,relaxed-simd' : 'simd'],
    ...(variant.endsWith('-shared')
      ? ['--enable', 'threads', '--sharedMemory', '--maximumMemory', String(MAX_PAGES)]
      : []),
  ];
  const { error, stderr } = await main([entry, ...options, '--outFile', 'kernels.wasm'], {
    writeFile: (_, contents) => {
      binary = contents as Uint8Array<ArrayBuffer>;
    },
  });
  if (error) throw new Error(`${dirname(entry)}: ${error.message}\n${stderr.toString()}`);
  return Buffer.from(binary).toString('hex');
}
