// #include "integer-row-sums.wgsl"

// Each thread reads all of its row.

// A row of the windows, column by column; `start` is where the row begins in the input.
fn inputRow(tile: Tile, local: u32, start: u32, inside: bool) -> array<i32, VALUES> {
  let first = u32(tile.x) * DEPTH;
  var values: array<i32, VALUES>;
  // #unroll
  for (var index = 0u; index < VALUES; index++) {
    values[index] = valueAt(start, first + index, inside);
  }
  return values;
}
