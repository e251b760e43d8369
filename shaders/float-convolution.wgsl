// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "store-codes.wgsl"
// #include "store-floats.wgsl"
// #include "convolution-outputs.wgsl"

// [pixel][channel]
@group(0) @binding(2) var<storage, read> activations: array<f32>;
// [tap][channel][quad], four output channels a vector
@group(0) @binding(3) var<storage, read> weights: array<vec4<f32>>;
// [threshold][quad]
@group(0) @binding(7) var<storage, read> thresholds: array<vec4<f32>>;

override thresholdCount: u32 = 3u;

alias Sum = vec4<f32>;

fn floatOf(sum: Sum) -> vec4<f32> {
  return sum;
}

fn accumulate(tile: Tile) -> Sums {
  var sums: Sums;
  var weightRow = tile.quad;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var channel = 0u; channel < shape.inputDepth; channel++) {
        let weight = weights[weightRow];
        weightRow += shape.quads;
        let at = tap.start + channel;
        let x = select(
          vec4<f32>(0.0),
          vec4<f32>(activations[at.x], activations[at.y], activations[at.z], activations[at.w]),
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

fn codeOf(sum: Sum, quad: u32) -> vec4<u32> {
  var code = vec4<u32>(0u);
  for (var index = 0u; index < thresholdCount; index++) {
    code += select(vec4<u32>(0u), vec4<u32>(1u), sum > thresholds[index * shape.quads + quad]);
  }
  return code;
}
