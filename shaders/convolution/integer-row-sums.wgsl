// #include "convolution.wgsl"
// #include "tile-row.wgsl"
// #include "entry-points.wgsl"
// #include "limb-sums.wgsl"
// #include "integer.wgsl"

// First layers over three colours, with kernels WIDTH wide, for PIXELS neighbours of an output row, whose windows are
// STRIDE apart. Their windows cover VALUES values of an input row, which `inputRow` of the including file reads once.

const DEPTH = 3u;
const VALUES = DEPTH * (STRIDE * (PIXELS - 1u) + WIDTH);

// A value of the input row that begins at `start`; 0 outside the image. An index left of the image wraps round and is
// beyond its right border.
fn valueAt(start: u32, index: u32, inside: bool) -> i32 {
  let isRead = inside & (index < u32(shape.inputWidth) * DEPTH);
  return select(0, input[start + select(0u, index, isRead)], isRead);
}

fn accumulateLimb(tile: Tile, local: u32, limb: u32) -> array<vec4<i32>, PIXELS> {
  var sums: array<vec4<i32>, PIXELS>;
  let first = firstWeight(limb, tile.block);
  // The condition is at the end: SwiftShader runs an extra iteration of a loop that tests at the start.
  var row = 0u;
  loop {
    let y = tile.y + i32(row) * shape.dilationY;
    let inside = (tile.width > 0u) & (y >= 0) & (y < shape.inputHeight);
    let start = u32((tile.image * shape.inputHeight + select(0, y, inside)) * shape.inputWidth) * DEPTH;
    let values = inputRow(tile, local, start, inside);
    var weight: array<vec4<i32>, WIDTH * DEPTH>;
    // #unroll
    for (var tap = 0u; tap < WIDTH * DEPTH; tap++) {
      weight[tap] = weightAt(first + (row * WIDTH * DEPTH + tap) * shape.blocks);
    }
    // #unroll
    for (var p = 0u; p < PIXELS; p++) {
      var sum = sums[p];
      // #unroll
      for (var tap = 0u; tap < WIDTH * DEPTH; tap++) {
        sum += weight[tap] * values[STRIDE * DEPTH * p + tap];
      }
      sums[p] = sum;
    }
    continuing {
      row++;
      break if row >= shape.kernelHeight;
    }
  }
  return sums;
}
