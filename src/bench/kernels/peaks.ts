// Loops that measure the peak rates of the instructions that the kernels use. Each returns a number that depends on all
// of its work, so that a compiler cannot remove any of it.

/** Number of bytes that fit in the L1 cache. */
const CACHED_BYTES: usize = 4096;

@inline
function lookUp(table: v128, indices: v128): v128 {
  return IS_RELAXED ? i8x16.relaxed_swizzle(table, indices) : i8x16.swizzle(table, indices);
}

/** Does eight table lookups and byte sums per round, with indices in the L1 cache. */
export function lookups(address: usize, rounds: i32): i32 {
  let t0 = v128.load(address);
  let t1 = v128.load(address, 16);
  let t2 = v128.load(address, 32);
  let t3 = v128.load(address, 48);
  let a0 = i8x16.splat(0), a1 = a0, a2 = a0, a3 = a0;
  for (let round = 0; round < rounds; round++) {
    const location = address + 64 + ((<usize>round << 5) & (CACHED_BYTES - 32));
    const i = v128.load(location);
    const j = v128.load(location, 16);
    a0 = i8x16.add(a0, lookUp(t0, i));
    a1 = i8x16.add(a1, lookUp(t1, i));
    a2 = i8x16.add(a2, lookUp(t2, i));
    a3 = i8x16.add(a3, lookUp(t3, i));
    a0 = i8x16.add(a0, lookUp(t0, j));
    a1 = i8x16.add(a1, lookUp(t1, j));
    a2 = i8x16.add(a2, lookUp(t2, j));
    a3 = i8x16.add(a3, lookUp(t3, j));
  }
  return i32x4.extract_lane(i8x16.add(i8x16.add(a0, a1), i8x16.add(a2, a3)), 0);
}

/** Does eight dot products of 16-bit pairs per round, with data in the L1 cache. */
export function dots(address: usize, rounds: i32): i32 {
  let t0 = v128.load(address);
  let t1 = v128.load(address, 16);
  let t2 = v128.load(address, 32);
  let t3 = v128.load(address, 48);
  let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  for (let round = 0; round < rounds; round++) {
    const location = address + 64 + ((<usize>round << 5) & (CACHED_BYTES - 32));
    const i = v128.load(location);
    const j = v128.load(location, 16);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(t0, i));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(t1, i));
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(t2, i));
    a3 = i32x4.add(a3, i32x4.dot_i16x8_s(t3, i));
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(t0, j));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(t1, j));
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(t2, j));
    a3 = i32x4.add(a3, i32x4.dot_i16x8_s(t3, j));
  }
  return i32x4.extract_lane(i32x4.add(i32x4.add(a0, a1), i32x4.add(a2, a3)), 0);
}

/** Reads 64 consecutive bytes per round. */
export function reads(address: usize, rounds: i32): i32 {
  let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  const end = address + (<usize>rounds << 6);
  for (let location = address; location < end; location += 64) {
    a0 = i32x4.add(a0, v128.load(location));
    a1 = i32x4.add(a1, v128.load(location, 16));
    a2 = i32x4.add(a2, v128.load(location, 32));
    a3 = i32x4.add(a3, v128.load(location, 48));
  }
  return i32x4.extract_lane(i32x4.add(i32x4.add(a0, a1), i32x4.add(a2, a3)), 0);
}
