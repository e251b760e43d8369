// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-scattered.wgsl"
// #include "binary.wgsl"
// #include "convolution-outputs.wgsl"

// One popcount a word and plane.

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var low: array<vec4<u32>, PIXELS>;
  var high: array<vec4<u32>, PIXELS>;
  var all: array<u32, PIXELS>;
  let words = shape.inputDepth;
  let quads = shape.quads;
  var weightRow = tile.quad;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var word = 0u; word < words; word++) {
        let weight = weights[weightRow];
        weightRow += quads;
        // #unroll
        for (var p = 0u; p < PIXELS; p++) {
          let bits = loaded(tap.start[p] + word, tap.inside[p]);
          low[p] += countOneBits(weight & vec4<u32>(bits.x));
          high[p] += countOneBits(weight & vec4<u32>(bits.y));
          all[p] += total(bits);
        }
      }
    }
  }
  var sums: array<Sum, PIXELS>;
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    sums[p] = vec4<i32>(2u * low[p] + 4u * high[p]) - vec4<i32>(i32(all[p]));
  }
  return sums;
}
