export const LARGEST_FLOAT32 = 3.4028234663852886e38;

/** The nearest finite number that float32 reaches: infinities have no place in thresholds, nor in WGSL. */
export function clampToFloat32(value: number): number {
  return Math.min(LARGEST_FLOAT32, Math.max(-LARGEST_FLOAT32, value));
}
