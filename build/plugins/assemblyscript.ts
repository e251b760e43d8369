import { dirname, relative } from 'node:path';
import { main } from 'assemblyscript/asc';
import type { Plugin } from 'vite';

/** Compiled programs by import path. Each worker is bundled by its own plugin instance, and compiling takes seconds. */
const compiled = new Map<string, Promise<string>>();

/**
 * Lets TypeScript import an AssemblyScript program as the bytes of a WebAssembly module:
 * `import('./kernels/index.ts?wasm=plain')`. The bytes are part of the JavaScript code, so they need no fetch and no path.
 * They are written as hexadecimal digits, which compress better than base64.
 *
 * `plain` and `relaxed` are the SIMD level; `relaxed` sets IS_RELAXED. With the suffix `-shared`, the module imports a
 * memory that threads share.
 */
export function assemblyScript(): Plugin {
  return {
    name: 'assemblyscript',
    enforce: 'pre',
    async load(id) {
      const [path = '', variant] = id.split('?wasm=');
      if (!variant) return undefined;
      const module = compiled.get(id) ?? compile(path, variant);
      compiled.set(id, module);
      const digits = JSON.stringify(await module);
      return {
        code: `${DECODER}export default decode(${digits});`,
        map: null,
      };
    },
    watchChange() {
      compiled.clear();
    },
  };
}

/** Converts hexadecimal digits to bytes. A plain loop, because the code runs once, before the browser has optimized it. */
const DECODER = `function decode(digits) {
  const bytes = new Uint8Array(digits.length / 2);
  const value = (at) => {
    const code = digits.charCodeAt(at);
    return code < 58 ? code - 48 : code - 87;
  };
  for (let i = 0; i < bytes.length; i++) bytes[i] = value(2 * i) * 16 + value(2 * i + 1);
  return bytes;
}
`;

/** Maximum size of a shared memory: 4 GB in pages of 64 KB. */
const MAX_PAGES = 65536;

/** Returns the compiled module as hexadecimal digits. */
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
