// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-scattered.wgsl"
// #include "store-codes.wgsl"
// #include "store-floats.wgsl"
// #include "convolution-outputs.wgsl"
// #include "limb-sums.wgsl"

// Whole numbers times weights of up to three limbs of 12 bits, summed limb by limb: every sum is exact.

// [pixel][channel]
@group(0) @binding(2) var<storage, read> activations: array<i32>;
// [limb][tap][channel][quad], four output channels a vector
@group(0) @binding(3) var<storage, read> weights: array<vec4<i32>>;

fn accumulateLimb(tile: Tile, limb: u32) -> array<vec4<i32>, PIXELS> {
  var sums: array<vec4<i32>, PIXELS>;
  let taps = shape.kernelHeight * shape.kernelWidth;
  var weightRow = limb * taps * shape.inputDepth * shape.quads + tile.quad;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var channel = 0u; channel < shape.inputDepth; channel++) {
        let weight = weights[weightRow];
        weightRow += shape.quads;
        // #unroll
        for (var p = 0u; p < PIXELS; p++) {
          sums[p] += weight * select(0, activations[tap.start[p] + channel], tap.inside[p]);
        }
      }
    }
  }
  return sums;
}

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var sums: array<Sum, PIXELS>;
  let first = accumulateLimb(tile, 0u);
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    sums[p].high = first[p];
  }
  for (var limb = 1u; limb < limbs; limb++) {
    let next = accumulateLimb(tile, limb);
    let lowBits = 12u * (limb - 1u);
    // #unroll
    for (var p = 0u; p < PIXELS; p++) {
      sums[p] = raise(sums[p], next[p], lowBits);
    }
  }
  return sums;
}
