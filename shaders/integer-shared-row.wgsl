// #include "integer-row-sums.wgsl"

// Four neighbouring threads, of the same windows and four quads, read a quarter of the row each, SHARED, and hand them
// round. The quads must be a multiple of four.

// A row of the windows, column by column; `start` is where the row begins in the input.
fn inputRow(tile: Tile, local: u32, start: u32, inside: bool) -> array<i32, VALUES> {
  let first = u32(tile.x) * DEPTH + local % 4u;
  var own: array<i32, SHARED>;
  // #unroll
  for (var turn = 0u; turn < SHARED; turn++) {
    own[turn] = valueAt(start, first + turn * 4u, inside);
  }
  var values: array<i32, VALUES>;
  // #unroll
  for (var index = 0u; index < VALUES; index++) {
    values[index] = quadBroadcast(own[index / 4u], index % 4u);
  }
  return values;
}
