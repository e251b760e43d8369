import { LOOKUP_CHANNELS } from './constants';

/** Bytes of one window's 16-bit sums of a block. */
export const SUM_BYTES: i32 = 2 * LOOKUP_CHANNELS;

/**
 * Looks up each byte of `indices`, 0 to 15, in a table. The relaxed instruction leaves the result for other indices
 * undefined, so every processor has a single instruction for it.
 */
@inline
function lookUp(table: v128, indices: v128): v128 {
  return IS_RELAXED ? i8x16.relaxed_swizzle(table, indices) : i8x16.swizzle(table, indices);
}

/** Adds the 8-bit sums of sixteen channels to their 16-bit sums, or stores them as the first summands. */
@inline
function widen(sums: usize, bytes: v128, isFirst: bool): void {
  let low = i16x8.extend_low_i8x16_u(bytes);
  let high = i16x8.extend_high_i8x16_u(bytes);
  if (!isFirst) {
    low = i16x8.add(low, v128.load(sums));
    high = i16x8.add(high, v128.load(sums, 16));
  }
  v128.store(sums, low);
  v128.store(sums, high, 16);
}

/**
 * Computes the sums over +1 weights of 32 output channels for four windows, as [window][channel] u16.
 * @param runs for each run, its offset into the window's tables and its number of table pairs. A run is so short that
 *   its sums fit in bytes.
 * @param weights [table][channel]: the low four bits of each byte are the signs of the table's four input channels.
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
  const end = runs + (<usize>runCount << 3);
  let weight = weights;
  for (let run = runs; run < end; run += 8) {
    const offset = <usize>load<u32>(run);
    const stop = weight + (<usize>load<u32>(run, 4) << 6);
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
      let indicesA = v128.load(weight);
      let indicesB = v128.load(weight, 16);
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
      indicesA = v128.load(weight, 32);
      indicesB = v128.load(weight, 48);
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
      weight += 64;
    }
    if (run === runs) {
      widen(sums, a0, true);
      widen(sums + 32, b0, true);
      widen(sums + 64, a1, true);
      widen(sums + 96, b1, true);
      widen(sums + 128, a2, true);
      widen(sums + 160, b2, true);
      widen(sums + 192, a3, true);
      widen(sums + 224, b3, true);
    } else {
      widen(sums, a0, false);
      widen(sums + 32, b0, false);
      widen(sums + 64, a1, false);
      widen(sums + 96, b1, false);
      widen(sums + 128, a2, false);
      widen(sums + 160, b2, false);
      widen(sums + 192, a3, false);
      widen(sums + 224, b3, false);
    }
  }
}

/** Computes the same sums as `sumFour` for one window. */
export function sumOne(runs: usize, runCount: i32, weights: usize, window: usize, sums: usize): void {
  const end = runs + (<usize>runCount << 3);
  let weight = weights;
  for (let run = runs; run < end; run += 8) {
    const stop = weight + (<usize>load<u32>(run, 4) << 6);
    let tables = window + <usize>load<u32>(run);
    let a = i8x16.splat(0);
    let b = i8x16.splat(0);
    while (weight < stop) {
      const first = v128.load(tables);
      const second = v128.load(tables, 16);
      a = i8x16.add(a, lookUp(first, v128.load(weight)));
      b = i8x16.add(b, lookUp(first, v128.load(weight, 16)));
      a = i8x16.add(a, lookUp(second, v128.load(weight, 32)));
      b = i8x16.add(b, lookUp(second, v128.load(weight, 48)));
      tables += 32;
      weight += 64;
    }
    widen(sums, a, run === runs);
    widen(sums + 32, b, run === runs);
  }
}
