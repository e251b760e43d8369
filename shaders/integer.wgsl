// Whole numbers times weights of up to three limbs of 12 bits, summed limb by limb: every sum is exact. The including
// file defines `accumulateLimb`.

// [pixel][channel]
@group(0) @binding(2) var<storage, read> activations: array<i32>;
// [limb][tap][channel][quad], four output channels a vector
@group(0) @binding(3) var<storage, read> weights: array<vec4<i32>>;

fn firstWeight(limb: u32, quad: u32) -> u32 {
  return limb * shape.kernelHeight * shape.kernelWidth * shape.inputDepth * shape.quads + quad;
}

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var sums: array<Sum, PIXELS>;
  var limb = 0u;
  loop {
    let next = accumulateLimb(tile, local, limb);
    // #unroll
    for (var p = 0u; p < PIXELS; p++) {
      sums[p] = raise(sums[p], next[p], 12u * max(limb, 1u) - 12u);
    }
    continuing {
      limb++;
      break if limb >= limbs;
    }
  }
  return sums;
}
