enable subgroups;

const PIXELS = 16u;
const WIDTH = 3u;
const STRIDE = 1u;

// #include "integer-row-sums.wgsl"

// Four neighbouring threads (a quad) compute four blocks of the same windows: each reads a quarter of a row's values,
// READS, and broadcasts them to the other three. The number of blocks must be a multiple of four.

const READS = (VALUES + 3u) / 4u;

// The values of a row of the windows; `start` is the index at which the row begins in the input.
fn inputRow(tile: Tile, local: u32, start: u32, inside: bool) -> array<i32, VALUES> {
  let first = u32(tile.x) * DEPTH + local % 4u;
  var inputs: array<i32, READS>;
  // #unroll
  for (var r = 0u; r < READS; r++) {
    inputs[r] = valueAt(start, first + r * 4u, inside);
  }
  var values: array<i32, VALUES>;
  // #unroll
  for (var index = 0u; index < VALUES; index++) {
    values[index] = quadBroadcast(inputs[index / 4u], index % 4u);
  }
  return values;
}
