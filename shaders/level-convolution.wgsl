// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "store-codes.wgsl"
// #include "store-floats.wgsl"
// #include "convolution-outputs.wgsl"
// #include "limb-sums.wgsl"

// Σ ±level for codes of any levels, and for filters in groups: every level is a sum of terms, each a product of bit
// planes times a weight in limbs, and each term's planes are counted as in binary-convolution.wgsl.

// [pixel][plane][word]
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

fn accumulate(tile: Tile) -> Sums {
  var a: Limbs;
  var b: Limbs;
  var c: Limbs;
  var d: Limbs;
  let words = shape.inputDepth;
  var weightRow = tile.quad;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      let valid = select(vec4<u32>(0u), vec4<u32>(~0u), tap.inside);
      for (var word = 0u; word < words; word++) {
        let weight = weights[weightRow];
        weightRow += shape.quads;
        let member = members[word * shape.quads + tile.quad];
        for (var index = 0u; index < termCount; index++) {
          let term = terms[index];
          var bits = valid;
          for (var plane = 0u; plane < planes; plane++) {
            if ((u32(term.x) & (1u << plane)) != 0u) {
              let at = tap.start + plane * words + word;
              bits &= vec4<u32>(activations[at.x], activations[at.y], activations[at.z], activations[at.w]);
            }
          }
          a = added(a, counted(weight, member & vec4<u32>(bits.x)), term);
          b = added(b, counted(weight, member & vec4<u32>(bits.y)), term);
          c = added(c, counted(weight, member & vec4<u32>(bits.z)), term);
          d = added(d, counted(weight, member & vec4<u32>(bits.w)), term);
        }
      }
    }
  }
  return Sums(combined(a), combined(b), combined(c), combined(d));
}
