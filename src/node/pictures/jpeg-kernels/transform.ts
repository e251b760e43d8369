// The inverse discrete cosine transform in integers, as libjpeg's accurate one (islow): the results are equal.

/** Number of bits of the fractions of constants, and of values between the two passes. */
const CONSTANT_BITS: i32 = 13;
const PASS_BITS: i32 = 2;

/** Results of the first pass: 8 × 8 32-bit integers. */
const BETWEEN = memory.data(256, 16);

@inline
function times(vector: v128, constant: i32): v128 {
  return i32x4.mul(vector, i32x4.splat(constant));
}

@inline
function scaled(vector: v128, shift: i32): v128 {
  return i32x4.shr_s(i32x4.add(vector, i32x4.splat(1 << (shift - 1))), shift);
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
  transformColumns(block, quantizers, BETWEEN);
  transformColumns(block + 8, quantizers + 16, BETWEEN + 16);
  transformRows(BETWEEN, samples, stride);
  transformRows(BETWEEN + 128, samples + 4 * stride, stride);
}

/** Transforms four columns to 32-bit integers. */
function transformColumns(block: usize, quantizers: usize, output: usize): void {
  transform(
    dequantized(block, quantizers, 0),
    dequantized(block, quantizers, 8),
    dequantized(block, quantizers, 16),
    dequantized(block, quantizers, 24),
    dequantized(block, quantizers, 32),
    dequantized(block, quantizers, 40),
    dequantized(block, quantizers, 48),
    dequantized(block, quantizers, 56),
    false,
    output,
    0,
  );
}

/** Transforms four rows of 32-bit integers to samples. */
function transformRows(rows: usize, samples: usize, stride: i32): void {
  // Transposes two squares of 4 × 4.
  const a0 = v128.load(rows);
  const a1 = v128.load(rows, 32);
  const a2 = v128.load(rows, 64);
  const a3 = v128.load(rows, 96);
  const b0 = v128.load(rows, 16);
  const b1 = v128.load(rows, 48);
  const b2 = v128.load(rows, 80);
  const b3 = v128.load(rows, 112);
  const a01 = v128.shuffle<i32>(a0, a1, 0, 4, 1, 5);
  const a23 = v128.shuffle<i32>(a2, a3, 0, 4, 1, 5);
  const A01 = v128.shuffle<i32>(a0, a1, 2, 6, 3, 7);
  const A23 = v128.shuffle<i32>(a2, a3, 2, 6, 3, 7);
  const b01 = v128.shuffle<i32>(b0, b1, 0, 4, 1, 5);
  const b23 = v128.shuffle<i32>(b2, b3, 0, 4, 1, 5);
  const B01 = v128.shuffle<i32>(b0, b1, 2, 6, 3, 7);
  const B23 = v128.shuffle<i32>(b2, b3, 2, 6, 3, 7);
  transform(
    v128.shuffle<i64>(a01, a23, 0, 2),
    v128.shuffle<i64>(a01, a23, 1, 3),
    v128.shuffle<i64>(A01, A23, 0, 2),
    v128.shuffle<i64>(A01, A23, 1, 3),
    v128.shuffle<i64>(b01, b23, 0, 2),
    v128.shuffle<i64>(b01, b23, 1, 3),
    v128.shuffle<i64>(B01, B23, 0, 2),
    v128.shuffle<i64>(B01, B23, 1, 3),
    true,
    samples,
    stride,
  );
}

/**
 * Transforms four columns, or four rows whose vectors are columns. It is inlined, so that all vectors are locals.
 * @param isLast whether to store samples instead of 32-bit integers.
 */
@inline
function transform(
  v0: v128,
  v1: v128,
  v2: v128,
  v3: v128,
  v4: v128,
  v5: v128,
  v6: v128,
  v7: v128,
  isLast: bool,
  output: usize,
  stride: i32,
): void {
  const shift = isLast ? CONSTANT_BITS + PASS_BITS + 3 : CONSTANT_BITS - PASS_BITS;
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
  const out0 = scaled(i32x4.add(a0, b3), shift);
  const out7 = scaled(i32x4.sub(a0, b3), shift);
  const out1 = scaled(i32x4.add(a1, b2), shift);
  const out6 = scaled(i32x4.sub(a1, b2), shift);
  const out2 = scaled(i32x4.add(a2, b1), shift);
  const out5 = scaled(i32x4.sub(a2, b1), shift);
  const out3 = scaled(i32x4.add(a3, b0), shift);
  const out4 = scaled(i32x4.sub(a3, b0), shift);
  if (isLast) {
    const center = i16x8.splat(128);
    const c01 = i16x8.add_sat_s(i16x8.narrow_i32x4_s(out0, out1), center);
    const c23 = i16x8.add_sat_s(i16x8.narrow_i32x4_s(out2, out3), center);
    const c45 = i16x8.add_sat_s(i16x8.narrow_i32x4_s(out4, out5), center);
    const c67 = i16x8.add_sat_s(i16x8.narrow_i32x4_s(out6, out7), center);
    const left = i8x16.narrow_i16x8_u(c01, c23);
    const right = i8x16.narrow_i16x8_u(c45, c67);
    const rows01 = v128.shuffle<i8>(left, right, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
    const rows23 = v128.shuffle<i8>(left, right, 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, 27, 31);
    v128.store64_lane(output, rows01, 0);
    v128.store64_lane(output + stride, rows01, 1);
    v128.store64_lane(output + 2 * stride, rows23, 0);
    v128.store64_lane(output + 3 * stride, rows23, 1);
  } else {
    v128.store(output, out0);
    v128.store(output, out1, 32);
    v128.store(output, out2, 64);
    v128.store(output, out3, 96);
    v128.store(output, out4, 128);
    v128.store(output, out5, 160);
    v128.store(output, out6, 192);
    v128.store(output, out7, 224);
  }
}

/** Fills a block whose only coefficient is the first. */
function fillBlock(block: usize, quantizers: usize, samples: usize, stride: i32): void {
  const sum = (<i32>load<i16>(block) * load<i32>(quantizers)) << PASS_BITS;
  const sample = min(255, max(0, ((sum + (1 << (PASS_BITS + 2))) >> (PASS_BITS + 3)) + 128));
  const eight = <u64>sample * 0x0101010101010101;
  for (let row = 0; row < 8; row++) store<u64>(samples + <usize>(row * stride), eight);
}
