// #include "limb-sums.wgsl"

// Code shared by the binary convolutions over codes of any levels and with groups: Σ ±level. Every level is a sum
// of terms. A term is a product of bit planes times a weight in limbs, and its bits are counted as in binary.wgsl.

// [pixel][word][plane]
@group(0) @binding(2) var<storage, read> input: array<u32>;
// [term]: the set of planes, then the limbs of the weight, lowest first
@group(0) @binding(9) var<storage, read> terms: array<vec4<i32>>;

override planes: u32 = 2u;
override termCount: u32 = 2u;

// The product of a set of bit planes: bits that are 1 in all of them.
fn planeProduct(planeSet: u32, index: u32) -> u32 {
  var bits = ~0u;
  for (var plane = 0u; plane < planes; plane++) {
    if ((planeSet & (1u << plane)) != 0u) {
      bits &= input[index + plane];
    }
  }
  return bits;
}

// Σ ±bit
fn signedCount(weight: vec4<u32>, bits: vec4<u32>) -> vec4<i32> {
  return vec4<i32>(2u * countOneBits(weight & bits)) - vec4<i32>(countOneBits(bits));
}

fn addTerm(sums: Limbs, count: vec4<i32>, term: vec4<i32>) -> Limbs {
  return Limbs(sums.first + count * term.y, sums.second + count * term.z, sums.third + count * term.w);
}
