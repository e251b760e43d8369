import { HwgqError, messageOf, missingPart } from '../../errors.ts';

/** Which vector instructions the kernels use. Relaxed SIMD is plain SIMD and a few faster instructions. */
export type SimdLevel = 'plain' | 'relaxed';

// One function each: a module that uses the instruction in question on a vector of zeros.
const MAGIC = [0, 97, 115, 109, 1, 0, 0, 0];
const RETURNS_VECTOR = [1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];
const PLAIN = [...MAGIC, ...RETURNS_VECTOR, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11];
const RELAXED = [...MAGIC, ...RETURNS_VECTOR, 10, 15, 1, 13, 0, 65, 0, 253, 15, 65, 0, 253, 15, 253, 128, 2, 11];

/** The best level that WebAssembly has here; undefined where it has no vectors, or may not be compiled. */
export function supportedSimd(): SimdLevel | undefined {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(Uint8Array.from(PLAIN))) return undefined;
  return WebAssembly.validate(Uint8Array.from(RELAXED)) ? 'relaxed' : 'plain';
}

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/**
 * Compiles the kernels, each kind once.
 * @throws HwgqError `no-wasm` where WebAssembly is missing, has not these instructions, or is forbidden by the page's
 *   CSP; `download` where the kernels cannot be fetched.
 */
export function compileKernels(simd: SimdLevel, isShared: boolean): Promise<WebAssembly.Module> {
  const key = `${simd} ${isShared}`;
  const known = compiled.get(key);
  if (known) return known;
  const made = compile(simd, isShared);
  compiled.set(key, made);
  made.catch(() => compiled.delete(key));
  return made;
}

async function compile(simd: SimdLevel, isShared: boolean): Promise<WebAssembly.Module> {
  const best = supportedSimd();
  if (!best || (simd === 'relaxed' && best === 'plain')) {
    const remedy = best ? "simd 'plain'" : "backend 'reference'";
    throw new HwgqError('no-wasm', `WebAssembly has no ${simd} SIMD here. Use a newer browser, or ${remedy}.`);
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
