// Shows how the browser computes the relaxed dot product of bytes.

/** Returns the sum of four products of two bytes. The second byte is outside the range that all engines agree on. */
export function byteDot(first: i32, second: i32): i32 {
  const sums = i32x4.relaxed_dot_i8x16_i7x16_add_s(i8x16.splat(<i8>first), i8x16.splat(<i8>second), i32x4.splat(0));
  return i32x4.extract_lane(sums, 0);
}
