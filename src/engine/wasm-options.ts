import { type SimdLevel, supportedSimd } from '../backends/wasm/simd.ts';
import { threadLimit } from '../backends/wasm/thread-pool.ts';
import { HwgqError } from '../errors.ts';
import { multiplyAdds } from '../plan/cost.ts';
import type { Plan } from '../plan/plan.ts';
import type { SessionOptions } from './runner.ts';

/** More threads gain little, because layers are short, and take processors from other pages. */
const DEFAULT_THREADS = 4;

/**
 * Networks with fewer multiply-adds take up to a millisecond on one thread. A second thread then saves a few tenths of a
 * millisecond on an idle processor, and costs as much on a busy one.
 */
const SMALL_NETWORK = 200e6;

/** Returns whether a network is so small that several threads do not help. */
export function isSmall(plan: Plan): boolean {
  return plan.steps.reduce((sum, step) => sum + multiplyAdds(plan, step), 0) < SMALL_NETWORK;
}

/**
 * Returns the SIMD level and the number of threads: the options, or the best that this environment supports for a network
 * that is not small.
 * @throws HwgqError `no-wasm` without SIMD, `invalid-option` for a number of threads that is not possible.
 */
export function wasmOptions(options: Pick<SessionOptions, 'simd' | 'threads'>): { simd: SimdLevel; threads: number } {
  const simd = options.simd ?? supportedSimd();
  if (!simd) {
    throw new HwgqError(
      'no-wasm',
      "WebAssembly is missing, or has no SIMD. Use a newer browser, or backend 'reference'.",
    );
  }
  const limit = threadLimit();
  const threads = options.threads ?? Math.min(limit, DEFAULT_THREADS);
  if (!Number.isInteger(threads) || threads < 1 || threads > limit) {
    const accepted = limit > 1 ? `1 to ${limit} are possible` : 'only 1 is possible';
    throw new HwgqError(
      'invalid-option',
      `\`threads\` is ${threads}; ${accepted} here. More than one thread requires a cross-origin isolated page (COOP and COEP headers) and a worker. Leave \`threads\` out to use as many as are useful.`,
    );
  }
  return { simd, threads };
}
