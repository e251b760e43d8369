import type { SimdLevel } from '../engine/runner.ts';
import { type Peaks, TRIALS } from './peaks.ts';

interface Kernels {
  readonly lookups: Kernel;
  readonly dots: Kernel;
  readonly reads: Kernel;
}
type Kernel = (address: number, rounds: number) => number;

/** Multiply-adds per lookup: four activations for each of sixteen channels. */
const LOOKUP_MULTIPLY_ADDS = 64;
const DOT_MULTIPLY_ADDS = 8;
const INSTRUCTIONS_PER_ROUND = 8;
const ROUNDS = 2_000_000;
/** Larger than the caches. */
const READ_BYTES = 2 ** 26;
const PAGE_BYTES = 65536;

/** Measures the peaks of WebAssembly: those of one thread, multiplied by the number of threads. */
export async function measureWasmPeaks(simd: SimdLevel, threads: number): Promise<Peaks> {
  const { default: code } =
    simd === 'relaxed'
      ? await import('./kernels/peaks.ts?wasm=relaxed')
      : await import('./kernels/peaks.ts?wasm=plain');
  const memory = new WebAssembly.Memory({ initial: READ_BYTES / PAGE_BYTES + 1 });
  const bytes = new Uint8Array(memory.buffer);
  for (let index = 0; index < bytes.length; index++) bytes[index] = index & 15;
  const { instance } = await WebAssembly.instantiate(code, { env: { memory } });
  const { lookups, dots, reads } = instance.exports as unknown as Kernels;
  const rate = (kernel: Kernel, rounds: number) => (threads * rounds) / bestSeconds(() => kernel(0, rounds));
  return {
    binary: rate(lookups, ROUNDS) * INSTRUCTIONS_PER_ROUND * LOOKUP_MULTIPLY_ADDS,
    integer: rate(dots, ROUNDS) * INSTRUCTIONS_PER_ROUND * DOT_MULTIPLY_ADDS,
    bandwidth: rate(reads, READ_BYTES / 64) * 64,
  };
}

function bestSeconds(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial <= TRIALS; trial++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best / 1000;
}
