import { HwgqError, messageOf, missingPart } from '../../errors.ts';
import { type SimdLevel, supportedSimd } from './simd.ts';

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/**
 * Compiles the kernels. Each variant is compiled once.
 * @param isShared whether the kernels use a memory that threads share.
 * @throws HwgqError `no-wasm` if WebAssembly is missing, lacks the SIMD instructions, or is blocked by the page's CSP;
 *   `download` if the kernels cannot be fetched.
 */
export function compileKernels(simd: SimdLevel, isShared: boolean): Promise<WebAssembly.Module> {
  const key = `${simd} ${isShared}`;
  const known = compiled.get(key);
  if (known) return known;
  const module = compile(simd, isShared);
  compiled.set(key, module);
  module.catch(() => compiled.delete(key));
  return module;
}

async function compile(simd: SimdLevel, isShared: boolean): Promise<WebAssembly.Module> {
  const best = supportedSimd();
  if (!best || (simd === 'relaxed' && best === 'plain')) {
    const remedy = best ? "set simd to 'plain'" : "set backend to 'reference'";
    throw new HwgqError(
      'no-wasm',
      `WebAssembly does not support ${simd} SIMD here. Use a newer browser, or ${remedy}.`,
    );
  }
  const { default: bytes } = await load(simd, isShared).catch(missingPart);
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw new HwgqError(
      'no-wasm',
      `WebAssembly cannot be compiled here: ${messageOf(error)} Allow 'wasm-unsafe-eval' in the page's CSP (script-src), or use another backend.`,
      {},
      { cause: error },
    );
  }
}

function load(simd: SimdLevel, isShared: boolean): Promise<{ default: Uint8Array<ArrayBuffer> }> {
  if (simd === 'relaxed') {
    return isShared ? import('./kernels/index.ts?wasm=relaxed-shared') : import('./kernels/index.ts?wasm=relaxed');
  }
  return isShared ? import('./kernels/index.ts?wasm=plain-shared') : import('./kernels/index.ts?wasm=plain');
}
