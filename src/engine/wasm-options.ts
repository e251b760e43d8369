import { type SimdLevel, supportedSimd } from '../backends/wasm/simd.ts';
import { threadLimit } from '../backends/wasm/thread-pool.ts';
import { HwgqError } from '../errors.ts';
import { multiplyAdds } from '../plan/cost.ts';
import type { Plan } from '../plan/plan.ts';
import type { SessionOptions } from './runner.ts';

/** More threads than this bring little: layers are short, and other pages want to run too. */
const USUAL_THREADS = 4;

/**
 * Networks of fewer multiply-adds take a millisecond or less in one thread. A second one then saves a few tenths of it where
 * it has a processor to itself, and costs as much where it has not.
 */
const SMALL_NETWORK = 200e6;

/** Whether a network is so small that several threads do not help. */
export function isSmall(plan: Plan): boolean {
  return plan.steps.reduce((sum, step) => sum + multiplyAdds(plan, step), 0) < SMALL_NETWORK;
}

/**
 * What WebAssembly runs with: what the options say, else what is best here for a network that is not small.
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
