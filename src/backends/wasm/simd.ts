/** Vector instructions that the kernels use. Relaxed SIMD adds a few faster instructions to plain SIMD. */
export type SimdLevel = 'plain' | 'relaxed';

// Each module has one function that uses the tested instruction on a vector of zeros.
const MAGIC = [0, 97, 115, 109, 1, 0, 0, 0];
const RETURNS_VECTOR = [1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];
const PLAIN = [...MAGIC, ...RETURNS_VECTOR, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11];
const RELAXED = [...MAGIC, ...RETURNS_VECTOR, 10, 15, 1, 13, 0, 65, 0, 253, 15, 65, 0, 253, 15, 253, 128, 2, 11];

/** Returns the best SIMD level here. Returns undefined if WebAssembly is missing, has no SIMD, or is blocked. */
export function supportedSimd(): SimdLevel | undefined {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(Uint8Array.from(PLAIN))) return undefined;
  return WebAssembly.validate(Uint8Array.from(RELAXED)) ? 'relaxed' : 'plain';
}
