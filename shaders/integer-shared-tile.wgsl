enable subgroups;

const PIXELS = 16u;
const OWN = 4u;

// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-shared.wgsl"
// #include "convolution-outputs.wgsl"
// #include "limb-sums.wgsl"
// #include "integer.wgsl"

fn accumulateLimb(tile: Tile, local: u32, limb: u32) -> array<vec4<i32>, PIXELS> {
  var sums: array<vec4<i32>, PIXELS>;
  let depth = shape.inputDepth;
  let quads = shape.quads;
  var weightRow = firstWeight(limb, tile.quad);
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var channel = 0u; channel < depth; channel++) {
        let weight = weightAt(weightRow);
        weightRow += quads;
        var own: array<i32, OWN>;
        // #unroll
        for (var turn = 0u; turn < OWN; turn++) {
          own[turn] = select(0, activations[tap[turn].start + channel], tap[turn].inside);
        }
        // #unroll
        for (var p = 0u; p < PIXELS; p++) {
          sums[p] += weight * quadBroadcast(own[p / 4u], p % 4u);
        }
      }
    }
  }
  return sums;
}
