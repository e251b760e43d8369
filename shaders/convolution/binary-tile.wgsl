// #include "convolution.wgsl"
// #include "tile-linear.wgsl"
// #include "binary.wgsl"
// #include "entry-points.wgsl"

// One popcount for each word and bit plane.

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var low: array<vec4<u32>, PIXELS>;
  var high: array<vec4<u32>, PIXELS>;
  var codeSums: array<u32, PIXELS>;
  let words = shape.inputDepth;
  let blocks = shape.blocks;
  var weightIndex = tile.block;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var word = 0u; word < words; word++) {
        let weight = weights[weightIndex];
        weightIndex += blocks;
        // #unroll
        for (var p = 0u; p < PIXELS; p++) {
          let bits = inputBits(tap.start[p] + word, tap.inside[p]);
          low[p] += countOneBits(weight & vec4<u32>(bits.x));
          high[p] += countOneBits(weight & vec4<u32>(bits.y));
          codeSums[p] += codeSum(bits);
        }
      }
    }
  }
  var sums: array<Sum, PIXELS>;
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    sums[p] = vec4<i32>(2u * low[p] + 4u * high[p]) - vec4<i32>(i32(codeSums[p]));
  }
  return sums;
}
