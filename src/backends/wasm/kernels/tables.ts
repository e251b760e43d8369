import { TABLE_BYTES } from './constants';
import { coveredRows, Geometry, windowTop } from './geometry';

// Each group of four channels of a pixel has a table. Entry s is the sum of the levels whose bit is set in s. The four
// weight bits of an output channel are the index of the entry that these channels add to its sum.

/**
 * Computes the tables that the windows of some output rows read, and the sum of each pixel's levels.
 * @param levels 16 bytes: the level of each code.
 * @param bias added to each entry, so that none is negative.
 */
export function makeTables(
  shape: Geometry,
  group: i32,
  levels: usize,
  bias: i32,
  tables: usize,
  sums: usize,
  firstRow: i32,
  rows: i32,
): void {
  const top = windowTop(shape, firstRow);
  const rowBytes = shape.paddedWidth * shape.pixelBytes;
  const left = min(shape.padX, shape.paddedWidth);
  const inside = max(0, min(shape.inputWidth, shape.paddedWidth - left));
  const right = shape.paddedWidth - left - inside;
  const covered = coveredRows(shape, rows);
  const level = v128.load(levels);
  const biases = i8x16.splat(<i8>bias);
  for (let row = 0; row < covered; row++) {
    const y = top + row;
    let table = tables + <usize>(row * rowBytes);
    let sum = sums + (<usize>(row * shape.paddedWidth) << 2);
    memory.fill(sum, 0, <usize>shape.paddedWidth << 2);
    if (y < 0 || y >= shape.inputHeight) {
      memory.fill(table, <u8>bias, rowBytes);
      continue;
    }
    memory.fill(table, <u8>bias, left * shape.pixelBytes);
    table += <usize>(left * shape.pixelBytes);
    sum += <usize>left << 2;
    let input = shape.input + <usize>(y * shape.inputWidth * shape.inputStride + group * shape.inputChannels);
    for (let x = 0; x < inside; x++) {
      store<i32>(sum, makePixelTables(input, shape.inputChannels, level, biases, table));
      input += shape.inputStride;
      table += shape.pixelBytes;
      sum += 4;
    }
    memory.fill(table, <u8>bias, right * shape.pixelBytes);
  }
}

/**
 * Computes the tables of one pixel. May write up to three unused tables after the last one.
 * @returns the sum of the pixel's levels.
 */
@inline
function makePixelTables(input: usize, channels: i32, level: v128, bias: v128, table: usize): i32 {
  let total = i32x4.splat(0);
  for (let channel = 0; channel < channels; channel += 16) {
    let values = i8x16.swizzle(level, v128.load(input + channel));
    if (channels - channel < 16) {
      const lane = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
      values = v128.and(values, i8x16.lt_s(lane, i8x16.splat(<i8>(channels - channel))));
    }
    total = i32x4.add(total, i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_s(values)));
    storeTable(table, values, 0, bias);
    storeTable(table, values, 1, bias);
    storeTable(table, values, 2, bias);
    storeTable(table, values, 3, bias);
    table += 64;
  }
  return (
    i32x4.extract_lane(total, 0) +
    i32x4.extract_lane(total, 1) +
    i32x4.extract_lane(total, 2) +
    i32x4.extract_lane(total, 3)
  );
}

/** Stores a table of four of the sixteen `values`: all sums of their subsets. `index` counts the tables from 0 to 3. */
@inline
function storeTable(tables: usize, values: v128, index: i8, bias: v128): void {
  const a: i8 = index * 4;
  const b: i8 = a + 1;
  const c: i8 = a + 2;
  const d: i8 = a + 3;
  const first = i8x16.swizzle(values, i8x16(-1, a, -1, a, -1, a, -1, a, -1, a, -1, a, -1, a, -1, a));
  const second = i8x16.swizzle(values, i8x16(-1, -1, b, b, -1, -1, b, b, -1, -1, b, b, -1, -1, b, b));
  const third = i8x16.swizzle(values, i8x16(-1, -1, -1, -1, c, c, c, c, -1, -1, -1, -1, c, c, c, c));
  const fourth = i8x16.swizzle(values, i8x16(-1, -1, -1, -1, -1, -1, -1, -1, d, d, d, d, d, d, d, d));
  const sums = i8x16.add(i8x16.add(i8x16.add(first, second), i8x16.add(third, fourth)), bias);
  v128.store(tables + <usize>index * TABLE_BYTES, sums);
}
