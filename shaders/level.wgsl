// #include "limb-sums.wgsl"

// Σ ±level for codes of any levels, and for filters in groups: every level is a sum of terms, each a product of bit
// planes times a weight in limbs, and each term's planes are counted as in binary.wgsl.

// [pixel][word][plane]
@group(0) @binding(2) var<storage, read> activations: array<u32>;
// [tap][word][quad], four channels a vector
@group(0) @binding(3) var<storage, read> weights: array<vec4<u32>>;
// [word][quad]: the input channels that each output channel reads
@group(0) @binding(8) var<storage, read> members: array<vec4<u32>>;
// The set of planes, then the weight's limbs, lowest first
@group(0) @binding(9) var<storage, read> terms: array<vec4<i32>>;

override planes: u32 = 2u;
override termCount: u32 = 2u;

// Limb sums of one pixel, four output channels each.
struct Limbs {
  first: vec4<i32>,
  second: vec4<i32>,
  third: vec4<i32>,
}

// The bits of a word where all planes of a set are 1.
fn product(chosen: u32, word: u32, inside: bool) -> u32 {
  var bits = select(0u, ~0u, inside);
  for (var plane = 0u; plane < planes; plane++) {
    if ((chosen & (1u << plane)) != 0u) {
      bits &= activations[word + plane];
    }
  }
  return bits;
}

fn counted(weight: vec4<u32>, bits: vec4<u32>) -> vec4<i32> {
  return vec4<i32>(2u * countOneBits(weight & bits)) - vec4<i32>(countOneBits(bits));
}

fn added(sums: Limbs, count: vec4<i32>, term: vec4<i32>) -> Limbs {
  return Limbs(sums.first + count * term.y, sums.second + count * term.z, sums.third + count * term.w);
}

fn combined(sums: Limbs) -> Sum {
  var sum = Sum(sums.first, vec4<i32>(0));
  if (limbs > 1u) {
    sum = raise(sum, sums.second, 0u);
  }
  if (limbs > 2u) {
    sum = raise(sum, sums.third, 12u);
  }
  return sum;
}
