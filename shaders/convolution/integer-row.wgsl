const PIXELS = 4u;
const WIDTH = 3u;
const STRIDE = 1u;

// #include "integer-row-sums.wgsl"

// Each thread reads all values of its windows.

// The values of a row of the windows; `start` is the index at which the row begins in the input.
fn inputRow(tile: Tile, local: u32, start: u32, inside: bool) -> array<i32, VALUES> {
  let first = u32(tile.x) * DEPTH;
  var values: array<i32, VALUES>;
  // #unroll
  for (var index = 0u; index < VALUES; index++) {
    values[index] = valueAt(start, first + index, inside);
  }
  return values;
}
