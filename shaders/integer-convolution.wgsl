// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "store-codes.wgsl"
// #include "store-floats.wgsl"
// #include "convolution-outputs.wgsl"
// #include "limb-sums.wgsl"

// Whole numbers times weights of up to three limbs of 12 bits, summed limb by limb: every sum is exact.

// [pixel][channel]
@group(0) @binding(2) var<storage, read> activations: array<i32>;
// [limb][tap][channel][quad], four output channels a vector
@group(0) @binding(3) var<storage, read> weights: array<vec4<i32>>;
struct LimbSums {
  a: vec4<i32>,
  b: vec4<i32>,
  c: vec4<i32>,
  d: vec4<i32>,
}

fn accumulateLimb(tile: Tile, limb: u32) -> LimbSums {
  var sums: LimbSums;
  let taps = shape.kernelHeight * shape.kernelWidth;
  var weightRow = limb * taps * shape.inputDepth * shape.quads + tile.quad;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var channel = 0u; channel < shape.inputDepth; channel++) {
        let weight = weights[weightRow];
        weightRow += shape.quads;
        let at = tap.start + channel;
        let x = select(
          vec4<i32>(0),
          vec4<i32>(activations[at.x], activations[at.y], activations[at.z], activations[at.w]),
          tap.inside,
        );
        sums.a += weight * x.x;
        sums.b += weight * x.y;
        sums.c += weight * x.z;
        sums.d += weight * x.w;
      }
    }
  }
  return sums;
}

fn accumulate(tile: Tile) -> Sums {
  let first = accumulateLimb(tile, 0u);
  var sums = Sums(
    Sum(first.a, vec4<i32>(0)),
    Sum(first.b, vec4<i32>(0)),
    Sum(first.c, vec4<i32>(0)),
    Sum(first.d, vec4<i32>(0)),
  );
  for (var limb = 1u; limb < limbs; limb++) {
    let next = accumulateLimb(tile, limb);
    let lowBits = 12u * (limb - 1u);
    sums.a = raise(sums.a, next.a, lowBits);
    sums.b = raise(sums.b, next.b, lowBits);
    sums.c = raise(sums.c, next.c, lowBits);
    sums.d = raise(sums.d, next.d, lowBits);
  }
  return sums;
}
