import { supportedSimd } from '../backends/wasm/simd.ts';

/**
 * The instruction that the browser uses for the relaxed dot product of bytes, on which the int8 kernels of other engines
 * depend: `none` if it computes the product with several instructions.
 */
export type DotProduct = 'AVX-VNNI' | 'Arm SDOT' | 'none' | 'unknown';

/**
 * Returns the instruction behind `i32x4.relaxed_dot_i8x16_i7x16_add_s`, or undefined if the browser has no relaxed SIMD.
 * If the second operand uses its highest bit, the result depends on the instructions.
 */
export async function relaxedDotProduct(): Promise<DotProduct | undefined> {
  if (supportedSimd() !== 'relaxed') return undefined;
  const { default: code } = await import('./kernels/byte-dot.ts?wasm=relaxed');
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { instance } = await WebAssembly.instantiate(code, { env: { memory } });
  const { byteDot } = instance.exports as unknown as { byteDot: (first: number, second: number) => number };
  return dotProductOf(byteDot(-128, -1), byteDot(-128, -128));
}

/**
 * Interprets the sums of four products.
 * @param byOnes the sum for −128 and −1.
 * @param byLeast the sum for −128 and −128.
 */
export function dotProductOf(byOnes: number, byLeast: number): DotProduct {
  // x86 takes the second operand for unsigned: −1 is 255. `vpmaddubsw` saturates the sums of pairs at −32768.
  if (byOnes === 4 * -128 * 255) return 'AVX-VNNI';
  if (byOnes === 2 * -32768) return 'none';
  // Arm takes both for signed. Without `sdot`, the sum of a pair overflows 16 bits.
  if (byOnes === 4 * 128 && byLeast === 4 * 128 * 128) return 'Arm SDOT';
  if (byOnes === 4 * 128 && byLeast === 2 * -32768) return 'none';
  return 'unknown';
}

/** Describes the result for people. */
export function dotProductText(dotProduct: DotProduct | undefined): string {
  switch (dotProduct) {
    case undefined:
      return 'no relaxed SIMD';
    case 'none':
      return 'no dot-product instruction';
    case 'unknown':
      return 'unknown dot product';
    default:
      return `dot-product instruction ${dotProduct}`;
  }
}
