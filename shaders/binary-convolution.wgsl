// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "store-codes.wgsl"
// #include "store-floats.wgsl"
// #include "convolution-outputs.wgsl"

// Σ ±code = Σ over planes of 2^plane · (2 · popcount(weight & plane) − popcount(plane)), with weight bits 1 for +.

// [pixel][plane][word]
@group(0) @binding(2) var<storage, read> activations: array<u32>;
// [tap][word][quad], four channels a vector
@group(0) @binding(3) var<storage, read> weights: array<vec4<u32>>;
// [threshold][quad]
@group(0) @binding(7) var<storage, read> thresholds: array<vec4<i32>>;

override planes: u32 = 2u;
override thresholdCount: u32 = 3u;

alias Sum = vec4<i32>;

fn floatOf(sum: Sum) -> vec4<f32> {
  return vec4<f32>(sum);
}

fn accumulate(tile: Tile) -> Sums {
  var a = vec4<u32>();
  var b = vec4<u32>();
  var c = vec4<u32>();
  var d = vec4<u32>();
  var total = vec4<u32>();
  let words = shape.inputDepth;
  var weightRow = tile.quad;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var word = 0u; word < words; word++) {
        let weight = weights[weightRow];
        weightRow += shape.quads;
        for (var plane = 0u; plane < planes; plane++) {
          let at = tap.start + plane * words + word;
          let bits = select(
            vec4<u32>(0u),
            vec4<u32>(activations[at.x], activations[at.y], activations[at.z], activations[at.w]),
            tap.inside,
          );
          a += countOneBits(weight & vec4<u32>(bits.x)) << vec4<u32>(plane);
          b += countOneBits(weight & vec4<u32>(bits.y)) << vec4<u32>(plane);
          c += countOneBits(weight & vec4<u32>(bits.z)) << vec4<u32>(plane);
          d += countOneBits(weight & vec4<u32>(bits.w)) << vec4<u32>(plane);
          total += countOneBits(bits) << vec4<u32>(plane);
        }
      }
    }
  }
  let all = vec4<i32>(total);
  return Sums(
    2 * vec4<i32>(a) - all.x,
    2 * vec4<i32>(b) - all.y,
    2 * vec4<i32>(c) - all.z,
    2 * vec4<i32>(d) - all.w,
  );
}

fn codeOf(sum: Sum, quad: u32) -> vec4<u32> {
  var code = vec4<u32>(0u);
  for (var index = 0u; index < thresholdCount; index++) {
    code += select(vec4<u32>(0u), vec4<u32>(1u), sum > thresholds[index * shape.quads + quad]);
  }
  return code;
}
