// #include "convolution.wgsl"
// #include "tile-linear.wgsl"
// #include "float.wgsl"
// #include "entry-points.wgsl"

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var sums: array<Sum, PIXELS>;
  var weightIndex = tile.block;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var channel = 0u; channel < shape.inputDepth; channel++) {
        let weight = weights[weightIndex];
        weightIndex += shape.blocks;
        // #unroll
        for (var p = 0u; p < PIXELS; p++) {
          sums[p] += weight * select(0.0, input[tap.start[p] + channel], tap.inside[p]);
        }
      }
    }
  }
  return sums;
}
