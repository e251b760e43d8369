// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-scattered.wgsl"
// #include "float.wgsl"
// #include "convolution-outputs.wgsl"

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var sums: array<Sum, PIXELS>;
  var weightRow = tile.quad;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var channel = 0u; channel < shape.inputDepth; channel++) {
        let weight = weights[weightRow];
        weightRow += shape.quads;
        // #unroll
        for (var p = 0u; p < PIXELS; p++) {
          sums[p] += weight * select(0.0, activations[tap.start[p] + channel], tap.inside[p]);
        }
      }
    }
  }
  return sums;
}
