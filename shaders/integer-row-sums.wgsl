// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-row.wgsl"
// #include "convolution-outputs.wgsl"
// #include "limb-sums.wgsl"
// #include "integer.wgsl"

// Kernels WIDTH wide over colours, of PIXELS neighbours, STRIDE apart: a row of their windows has VALUES, which are read
// once, by `inputRow` of the including file.

const DEPTH = 3u;
const VALUES = 3u * STRIDE * PIXELS - 3u * STRIDE + 3u * WIDTH;

// A value of the row of the input that begins at `start`; left of the image is far right of it too.
fn valueAt(start: u32, place: u32, inside: bool) -> i32 {
  let isRead = inside & (place < u32(shape.inputWidth) * DEPTH);
  return select(0, activations[start + select(0u, place, isRead)], isRead);
}

fn accumulateLimb(tile: Tile, local: u32, limb: u32) -> array<vec4<i32>, PIXELS> {
  var sums: array<vec4<i32>, PIXELS>;
  let first = firstWeight(limb, tile.quad);
  // It has at least one turn: a loop that asks before the first costs SwiftShader a turn more.
  var row = 0u;
  loop {
    let y = tile.y + i32(row) * shape.dilationY;
    let inside = (tile.width > 0u) & (y >= 0) & (y < shape.inputHeight);
    let start = u32((tile.image * shape.inputHeight + select(0, y, inside)) * shape.inputWidth) * DEPTH;
    let values = inputRow(tile, local, start, inside);
    var weight: array<vec4<i32>, WIDTH * DEPTH>;
    // #unroll
    for (var tap = 0u; tap < WIDTH * DEPTH; tap++) {
      weight[tap] = weightAt(first + (row * WIDTH * DEPTH + tap) * shape.quads);
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
