// The inverse discrete cosine transform in integers, as libjpeg's accurate one (islow): the results are equal.

/** Number of bits of the fractions of constants, and of values between the two passes. */
const CONSTANT_BITS: i32 = 13;
const PASS_BITS: i32 = 2;

/** Results of the first pass: 8 × 8 32-bit integers. */
const BETWEEN = memory.data(256, 16);

// The input and output of `transformEight`: eight vectors, of the same row or column of four columns or rows.
let v0: v128, v1: v128, v2: v128, v3: v128, v4: v128, v5: v128, v6: v128, v7: v128;

@inline
function times(vector: v128, constant: i32): v128 {
  return i32x4.mul(vector, i32x4.splat(constant));
}

@inline
function scaled(vector: v128, shift: i32): v128 {
  return i32x4.shr_s(i32x4.add(vector, i32x4.splat(1 << (shift - 1))), shift);
}

/** Transforms `v0` to `v7`. */
@inline
function transformEight(shift: i32): void {
  // Even part.
  const evenSum = times(i32x4.add(v2, v6), 4433);
  const even2 = i32x4.add(evenSum, times(v6, -15137));
  const even3 = i32x4.add(evenSum, times(v2, 6270));
  const even0 = i32x4.shl(i32x4.add(v0, v4), CONSTANT_BITS);
  const even1 = i32x4.shl(i32x4.sub(v0, v4), CONSTANT_BITS);
  const a0 = i32x4.add(even0, even3);
  const a3 = i32x4.sub(even0, even3);
  const a1 = i32x4.add(even1, even2);
  const a2 = i32x4.sub(even1, even2);
  // Odd part.
  const all = times(i32x4.add(i32x4.add(v7, v3), i32x4.add(v5, v1)), 9633);
  const z1 = times(i32x4.add(v7, v1), -7373);
  const z2 = times(i32x4.add(v5, v3), -20995);
  const z3 = i32x4.add(times(i32x4.add(v7, v3), -16069), all);
  const z4 = i32x4.add(times(i32x4.add(v5, v1), -3196), all);
  const b0 = i32x4.add(times(v7, 2446), i32x4.add(z1, z3));
  const b1 = i32x4.add(times(v5, 16819), i32x4.add(z2, z4));
  const b2 = i32x4.add(times(v3, 25172), i32x4.add(z2, z3));
  const b3 = i32x4.add(times(v1, 12299), i32x4.add(z1, z4));
  v0 = scaled(i32x4.add(a0, b3), shift);
  v7 = scaled(i32x4.sub(a0, b3), shift);
  v1 = scaled(i32x4.add(a1, b2), shift);
  v6 = scaled(i32x4.sub(a1, b2), shift);
  v2 = scaled(i32x4.add(a2, b1), shift);
  v5 = scaled(i32x4.sub(a2, b1), shift);
  v3 = scaled(i32x4.add(a3, b0), shift);
  v4 = scaled(i32x4.sub(a3, b0), shift);
}

/** Returns four coefficients multiplied by their quantizers. */
@inline
function dequantized(block: usize, quantizers: usize, index: usize): v128 {
  return i32x4.mul(v128.load16x4_s(block + 2 * index), v128.load(quantizers + 4 * index));
}

/**
 * Transforms a row of blocks to 8 rows of samples.
 * @param blocks 64 16-bit coefficients for each block.
 * @param quantizers 64 32-bit integers.
 * @param stride bytes from one row of samples to the next.
 */
export function inverseTransform(blocks: usize, count: i32, quantizers: usize, samples: usize, stride: i32): void {
  for (let index = 0; index < count; index++) {
    transformBlock(blocks + (<usize>index << 7), quantizers, samples + (<usize>index << 3), stride);
  }
}

function transformBlock(block: usize, quantizers: usize, samples: usize, stride: i32): void {
  let others = v128.and(v128.load(block), i16x8(0, -1, -1, -1, -1, -1, -1, -1));
  for (let row: usize = 16; row < 128; row += 16) others = v128.or(others, v128.load(block + row));
  if (!v128.any_true(others)) return fillBlock(block, quantizers, samples, stride);
  for (let half: usize = 0; half < 8; half += 4) {
    v0 = dequantized(block, quantizers, half);
    v1 = dequantized(block, quantizers, half + 8);
    v2 = dequantized(block, quantizers, half + 16);
    v3 = dequantized(block, quantizers, half + 24);
    v4 = dequantized(block, quantizers, half + 32);
    v5 = dequantized(block, quantizers, half + 40);
    v6 = dequantized(block, quantizers, half + 48);
    v7 = dequantized(block, quantizers, half + 56);
    transformEight(CONSTANT_BITS - PASS_BITS);
    const to = BETWEEN + 4 * half;
    v128.store(to, v0);
    v128.store(to, v1, 32);
    v128.store(to, v2, 64);
    v128.store(to, v3, 96);
    v128.store(to, v4, 128);
    v128.store(to, v5, 160);
    v128.store(to, v6, 192);
    v128.store(to, v7, 224);
  }
  for (let half: usize = 0; half < 2; half++) {
    const from = BETWEEN + 128 * half;
    transposeFour(v128.load(from, 16), v128.load(from, 48), v128.load(from, 80), v128.load(from, 112));
    v4 = v0;
    v5 = v1;
    v6 = v2;
    v7 = v3;
    transposeFour(v128.load(from), v128.load(from, 32), v128.load(from, 64), v128.load(from, 96));
    transformEight(CONSTANT_BITS + PASS_BITS + 3);
    storeFourRows(samples + <usize>stride * 4 * half, stride);
  }
}

/** Fills a block whose only coefficient is the first. */
function fillBlock(block: usize, quantizers: usize, samples: usize, stride: i32): void {
  const sum = (<i32>load<i16>(block) * load<i32>(quantizers)) << PASS_BITS;
  const sample = min(255, max(0, ((sum + (1 << (PASS_BITS + 2))) >> (PASS_BITS + 3)) + 128));
  const eight = <u64>sample * 0x0101010101010101;
  for (let row = 0; row < 8; row++) store<u64>(samples + <usize>(row * stride), eight);
}

/** Transposes four vectors into `v0` to `v3`. */
@inline
function transposeFour(a: v128, b: v128, c: v128, d: v128): void {
  const low = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const high = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const low2 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const high2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v0 = v128.shuffle<i64>(low, low2, 0, 2);
  v1 = v128.shuffle<i64>(low, low2, 1, 3);
  v2 = v128.shuffle<i64>(high, high2, 0, 2);
  v3 = v128.shuffle<i64>(high, high2, 1, 3);
}

/** Stores `v0` to `v7`, the columns of four rows, as bytes. */
@inline
function storeFourRows(samples: usize, stride: i32): void {
  const center = i16x8.splat(128);
  const c01 = i16x8.add_sat_s(i16x8.narrow_i32x4_s(v0, v1), center);
  const c23 = i16x8.add_sat_s(i16x8.narrow_i32x4_s(v2, v3), center);
  const c45 = i16x8.add_sat_s(i16x8.narrow_i32x4_s(v4, v5), center);
  const c67 = i16x8.add_sat_s(i16x8.narrow_i32x4_s(v6, v7), center);
  const left = i8x16.narrow_i16x8_u(c01, c23);
  const right = i8x16.narrow_i16x8_u(c45, c67);
  const rows01 = v128.shuffle<i8>(left, right, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
  const rows23 = v128.shuffle<i8>(left, right, 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, 27, 31);
  v128.store64_lane(samples, rows01, 0);
  v128.store64_lane(samples + stride, rows01, 1);
  v128.store64_lane(samples + 2 * stride, rows23, 0);
  v128.store64_lane(samples + 3 * stride, rows23, 1);
}
