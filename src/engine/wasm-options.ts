import { type SimdLevel, supportedSimd } from '../backends/wasm/modules.ts';
import { threadLimit } from '../backends/wasm/team.ts';
import { HwgqError } from '../errors.ts';
import type { SessionOptions } from './session.ts';

/** More threads than this bring little: layers are short, and other pages want to run too. */
const USUAL_THREADS = 4;

/**
 * What WebAssembly runs with: what the options say, else what is best here.
 * @throws HwgqError `no-wasm` where it has no vectors, `invalid-option` for threads that cannot be.
 */
export function wasmOptions(options: Pick<SessionOptions, 'simd' | 'threads'>): { simd: SimdLevel; threads: number } {
  const simd = options.simd ?? supportedSimd();
  if (!simd) {
    throw new HwgqError(
      'no-wasm',
      "WebAssembly has no SIMD here, or is missing. Use a newer browser, or backend 'reference'.",
    );
  }
  const limit = threadLimit();
  const threads = options.threads ?? Math.min(limit, USUAL_THREADS);
  if (!Number.isInteger(threads) || threads < 1 || threads > limit) {
    throw new HwgqError(
      'invalid-option',
      `threads is ${threads}; 1 to ${limit} are accepted here. More than 1 take a cross-origin isolated page and a worker.`,
    );
  }
  return { simd, threads };
}
