/** Output channels whose sums are made together. */
export const LOOKUP_CHANNELS: i32 = 32;

/** Bytes of the sums of one pixel's block: 32 of 16 bits. */
export const SUM_BYTES: i32 = 64;

/**
 * Each byte of `indices`, 0 to 15, replaced by the table's entry. The relaxed instruction leaves open what other
 * indices give, and so is a single one on every processor.
 */
@inline
function lookUp(table: v128, indices: v128): v128 {
  return IS_RELAXED ? i8x16.relaxed_swizzle(table, indices) : i8x16.swizzle(table, indices);
}

/** Adds byte sums of sixteen channels to sums of 16 bits. */
@inline
function widen(sums: usize, bytes: v128): void {
  v128.store(sums, i16x8.add(v128.load(sums), i16x8.extend_low_i8x16_u(bytes)));
  v128.store(sums, i16x8.add(v128.load(sums, 16), i16x8.extend_high_i8x16_u(bytes)), 16);
}

/**
 * Sums of 32 output channels for four windows, as [window][channel] u16.
 * @param runs offset into the window's tables and how many pairs of tables from there; so many that bytes hold them.
 * @param weights [pair][channel], the low nibble for the pair's first table, the high one for its second.
 */
export function sumFour(
  runs: usize,
  runCount: i32,
  weights: usize,
  window0: usize,
  window1: usize,
  window2: usize,
  window3: usize,
  sums: usize,
): void {
  const nibble = i8x16.splat(0x0f);
  memory.fill(sums, 0, 4 * SUM_BYTES);
  const end = runs + (<usize>runCount << 3);
  let weight = weights;
  for (let run = runs; run < end; run += 8) {
    const offset = <usize>load<u32>(run);
    const stop = weight + (<usize>load<u32>(run, 4) << 5);
    let table0 = window0 + offset;
    let table1 = window1 + offset;
    let table2 = window2 + offset;
    let table3 = window3 + offset;
    let a0 = i8x16.splat(0);
    let b0 = i8x16.splat(0);
    let a1 = i8x16.splat(0);
    let b1 = i8x16.splat(0);
    let a2 = i8x16.splat(0);
    let b2 = i8x16.splat(0);
    let a3 = i8x16.splat(0);
    let b3 = i8x16.splat(0);
    while (weight < stop) {
      const packedA = v128.load(weight);
      const packedB = v128.load(weight, 16);
      let indicesA = v128.and(packedA, nibble);
      let indicesB = v128.and(packedB, nibble);
      let table = v128.load(table0);
      a0 = i8x16.add(a0, lookUp(table, indicesA));
      b0 = i8x16.add(b0, lookUp(table, indicesB));
      table = v128.load(table1);
      a1 = i8x16.add(a1, lookUp(table, indicesA));
      b1 = i8x16.add(b1, lookUp(table, indicesB));
      table = v128.load(table2);
      a2 = i8x16.add(a2, lookUp(table, indicesA));
      b2 = i8x16.add(b2, lookUp(table, indicesB));
      table = v128.load(table3);
      a3 = i8x16.add(a3, lookUp(table, indicesA));
      b3 = i8x16.add(b3, lookUp(table, indicesB));
      indicesA = v128.and(i16x8.shr_u(packedA, 4), nibble);
      indicesB = v128.and(i16x8.shr_u(packedB, 4), nibble);
      table = v128.load(table0, 16);
      a0 = i8x16.add(a0, lookUp(table, indicesA));
      b0 = i8x16.add(b0, lookUp(table, indicesB));
      table = v128.load(table1, 16);
      a1 = i8x16.add(a1, lookUp(table, indicesA));
      b1 = i8x16.add(b1, lookUp(table, indicesB));
      table = v128.load(table2, 16);
      a2 = i8x16.add(a2, lookUp(table, indicesA));
      b2 = i8x16.add(b2, lookUp(table, indicesB));
      table = v128.load(table3, 16);
      a3 = i8x16.add(a3, lookUp(table, indicesA));
      b3 = i8x16.add(b3, lookUp(table, indicesB));
      table0 += 32;
      table1 += 32;
      table2 += 32;
      table3 += 32;
      weight += 32;
    }
    widen(sums, a0);
    widen(sums + 32, b0);
    widen(sums + 64, a1);
    widen(sums + 96, b1);
    widen(sums + 128, a2);
    widen(sums + 160, b2);
    widen(sums + 192, a3);
    widen(sums + 224, b3);
  }
}

/** As `sumFour`, for one window. */
export function sumOne(runs: usize, runCount: i32, weights: usize, window: usize, sums: usize): void {
  const nibble = i8x16.splat(0x0f);
  memory.fill(sums, 0, SUM_BYTES);
  const end = runs + (<usize>runCount << 3);
  let weight = weights;
  for (let run = runs; run < end; run += 8) {
    const stop = weight + (<usize>load<u32>(run, 4) << 5);
    let tables = window + <usize>load<u32>(run);
    let a = i8x16.splat(0);
    let b = i8x16.splat(0);
    while (weight < stop) {
      const packedA = v128.load(weight);
      const packedB = v128.load(weight, 16);
      const first = v128.load(tables);
      const second = v128.load(tables, 16);
      a = i8x16.add(a, lookUp(first, v128.and(packedA, nibble)));
      b = i8x16.add(b, lookUp(first, v128.and(packedB, nibble)));
      a = i8x16.add(a, lookUp(second, v128.and(i16x8.shr_u(packedA, 4), nibble)));
      b = i8x16.add(b, lookUp(second, v128.and(i16x8.shr_u(packedB, 4), nibble)));
      tables += 32;
      weight += 32;
    }
    widen(sums, a);
    widen(sums + 32, b);
  }
}
