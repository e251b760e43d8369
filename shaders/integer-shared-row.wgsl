// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-row.wgsl"
// #include "store-codes.wgsl"
// #include "store-floats.wgsl"
// #include "stores-looped.wgsl"
// #include "convolution-outputs.wgsl"
// #include "limb-sums.wgsl"
// #include "integer.wgsl"

// Kernels WIDTH wide of PIXELS neighbours, STRIDE apart: a row of their windows has COLUMNS, which are read once. Four
// neighbouring threads, of the same windows and four quads, read a quarter of them each, SHARED, and hand them round.
// The quads must be a multiple of four.

const COLUMNS = STRIDE * PIXELS - STRIDE + WIDTH;

struct Reads {
  inside: array<bool, SHARED>,
  start: array<u32, SHARED>,
}

fn readsOf(tile: Tile, local: u32) -> Reads {
  var reads: Reads;
  // #unroll
  for (var turn = 0u; turn < SHARED; turn++) {
    let column = turn * 4u + local % 4u;
    let x = tile.x + i32(column);
    reads.inside[turn] = (tile.width > 0u) & (column < COLUMNS) & (x >= 0) & (x < shape.inputWidth);
    reads.start[turn] = select(0u, u32(x), reads.inside[turn]) * shape.inputStride;
  }
  return reads;
}

fn inputRow(reads: Reads, start: u32, inside: bool) -> array<i32, COLUMNS> {
  var own: array<i32, SHARED>;
  // #unroll
  for (var turn = 0u; turn < SHARED; turn++) {
    own[turn] = select(0, activations[start + reads.start[turn]], inside & reads.inside[turn]);
  }
  var values: array<i32, COLUMNS>;
  // #unroll
  for (var column = 0u; column < COLUMNS; column++) {
    values[column] = quadBroadcast(own[column / 4u], column % 4u);
  }
  return values;
}

fn accumulateLimb(tile: Tile, local: u32, limb: u32) -> array<vec4<i32>, PIXELS> {
  var sums: array<vec4<i32>, PIXELS>;
  let depth = shape.inputDepth;
  let first = firstWeight(limb, tile.quad);
  let reads = readsOf(tile, local);
  // One loop over rows and channels: SwiftShader compiles nested ones far slower.
  for (var index = 0u; index < shape.kernelHeight * depth; index++) {
    let row = index / depth;
    let channel = index % depth;
    let y = tile.y + i32(row) * shape.dilationY;
    let inside = (y >= 0) & (y < shape.inputHeight);
    let start = u32((tile.image * shape.inputHeight + select(0, y, inside)) * shape.inputWidth) * shape.inputStride;
    let values = inputRow(reads, start + channel, inside);
    var weight: array<vec4<i32>, WIDTH>;
    // #unroll
    for (var column = 0u; column < WIDTH; column++) {
      weight[column] = weights[first + ((row * WIDTH + column) * depth + channel) * shape.quads];
    }
    // #unroll
    for (var p = 0u; p < PIXELS; p++) {
      var sum = sums[p];
      // #unroll
      for (var column = 0u; column < WIDTH; column++) {
        sum += weight[column] * values[STRIDE * p + column];
      }
      sums[p] = sum;
    }
  }
  return sums;
}
