// Code shared by the integer convolutions. Weights have up to three limbs of 12 bits, which are summed limb by limb, so
// that every sum is exact. The including file defines `accumulateLimb`.

// [pixel][channel]
@group(0) @binding(2) var<storage, read> input: array<i32>;
// [limb][tap][channel][block], four output channels of 16 bits
@group(0) @binding(3) var<storage, read> weights: array<vec2<i32>>;

fn weightAt(index: u32) -> vec4<i32> {
  let pairs = weights[index];
  let first = (pairs << vec2<u32>(16u)) >> vec2<u32>(16u);
  let second = pairs >> vec2<u32>(16u);
  return vec4<i32>(first.x, second.x, first.y, second.y);
}

fn firstWeight(limb: u32, block: u32) -> u32 {
  return limb * shape.kernelHeight * shape.kernelWidth * shape.inputDepth * shape.blocks + block;
}

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var sums: array<Sum, PIXELS>;
  var limb = 0u;
  loop {
    let limbSums = accumulateLimb(tile, local, limb);
    // #unroll
    for (var p = 0u; p < PIXELS; p++) {
      sums[p] = addLimb(sums[p], limbSums[p], 12u * max(limb, 1u) - 12u);
    }
    continuing {
      limb++;
      break if limb >= limbs;
    }
  }
  return sums;
}
