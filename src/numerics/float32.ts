/** The largest finite float32 number. */
export const LARGEST_FLOAT32 = 3.4028234663852886e38;

/** Clamps a number to the range of finite float32 numbers, since WGSL has no literal for infinity. */
export function clampToFloat32(value: number): number {
  return Math.min(LARGEST_FLOAT32, Math.max(-LARGEST_FLOAT32, value));
}
