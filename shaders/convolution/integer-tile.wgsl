// #include "convolution.wgsl"
// #include "tile-linear.wgsl"
// #include "entry-points.wgsl"
// #include "limb-sums.wgsl"
// #include "integer.wgsl"

fn accumulateLimb(tile: Tile, local: u32, limb: u32) -> array<vec4<i32>, PIXELS> {
  var sums: array<vec4<i32>, PIXELS>;
  let depth = shape.inputDepth;
  let blocks = shape.blocks;
  var weightIndex = firstWeight(limb, tile.block);
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var channel = 0u; channel < depth; channel++) {
        let weight = weightAt(weightIndex);
        weightIndex += blocks;
        // #unroll
        for (var p = 0u; p < PIXELS; p++) {
          sums[p] += weight * select(0, input[tap.start[p] + channel], tap.inside[p]);
        }
      }
    }
  }
  return sums;
}
