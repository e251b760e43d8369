import { coveredRows, Geometry, windowTop } from './geometry';

// A table for every four channels of a pixel: entry s holds the sum of the levels whose bit is set in s. Four weight
// bits of an output channel then look up what these four channels add to its sum.

/**
 * Makes the tables that the windows of some output rows need, and the sum of each pixel's levels.
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
 * The tables of one pixel. Up to three tables more than there are channels for may be written behind them.
 * @returns the sum of its levels.
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
    v128.store(
      table,
      entries(
        i8x16.swizzle(values, i8x16(-1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0)),
        i8x16.swizzle(values, i8x16(-1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1, 1)),
        i8x16.swizzle(values, i8x16(-1, -1, -1, -1, 2, 2, 2, 2, -1, -1, -1, -1, 2, 2, 2, 2)),
        i8x16.swizzle(values, i8x16(-1, -1, -1, -1, -1, -1, -1, -1, 3, 3, 3, 3, 3, 3, 3, 3)),
        bias,
      ),
    );
    v128.store(
      table,
      entries(
        i8x16.swizzle(values, i8x16(-1, 4, -1, 4, -1, 4, -1, 4, -1, 4, -1, 4, -1, 4, -1, 4)),
        i8x16.swizzle(values, i8x16(-1, -1, 5, 5, -1, -1, 5, 5, -1, -1, 5, 5, -1, -1, 5, 5)),
        i8x16.swizzle(values, i8x16(-1, -1, -1, -1, 6, 6, 6, 6, -1, -1, -1, -1, 6, 6, 6, 6)),
        i8x16.swizzle(values, i8x16(-1, -1, -1, -1, -1, -1, -1, -1, 7, 7, 7, 7, 7, 7, 7, 7)),
        bias,
      ),
      16,
    );
    v128.store(
      table,
      entries(
        i8x16.swizzle(values, i8x16(-1, 8, -1, 8, -1, 8, -1, 8, -1, 8, -1, 8, -1, 8, -1, 8)),
        i8x16.swizzle(values, i8x16(-1, -1, 9, 9, -1, -1, 9, 9, -1, -1, 9, 9, -1, -1, 9, 9)),
        i8x16.swizzle(values, i8x16(-1, -1, -1, -1, 10, 10, 10, 10, -1, -1, -1, -1, 10, 10, 10, 10)),
        i8x16.swizzle(values, i8x16(-1, -1, -1, -1, -1, -1, -1, -1, 11, 11, 11, 11, 11, 11, 11, 11)),
        bias,
      ),
      32,
    );
    v128.store(
      table,
      entries(
        i8x16.swizzle(values, i8x16(-1, 12, -1, 12, -1, 12, -1, 12, -1, 12, -1, 12, -1, 12, -1, 12)),
        i8x16.swizzle(values, i8x16(-1, -1, 13, 13, -1, -1, 13, 13, -1, -1, 13, 13, -1, -1, 13, 13)),
        i8x16.swizzle(values, i8x16(-1, -1, -1, -1, 14, 14, 14, 14, -1, -1, -1, -1, 14, 14, 14, 14)),
        i8x16.swizzle(values, i8x16(-1, -1, -1, -1, -1, -1, -1, -1, 15, 15, 15, 15, 15, 15, 15, 15)),
        bias,
      ),
      48,
    );
    table += 64;
  }
  return (
    i32x4.extract_lane(total, 0) +
    i32x4.extract_lane(total, 1) +
    i32x4.extract_lane(total, 2) +
    i32x4.extract_lane(total, 3)
  );
}

@inline
function entries(first: v128, second: v128, third: v128, fourth: v128, bias: v128): v128 {
  return i8x16.add(i8x16.add(i8x16.add(first, second), i8x16.add(third, fourth)), bias);
}
