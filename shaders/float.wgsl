// What the kernels over floats share.

// [pixel][channel]
@group(0) @binding(2) var<storage, read> activations: array<f32>;
// [tap][channel][quad], four output channels a vector
@group(0) @binding(3) var<storage, read> weights: array<vec4<f32>>;
// [threshold][quad]
@group(0) @binding(7) var<storage, read> thresholds: array<vec4<f32>>;


alias Sum = vec4<f32>;

fn floatOf(sum: Sum) -> vec4<f32> {
  return sum;
}

fn codeOf(sum: Sum, quad: u32) -> vec4<u32> {
  var code = vec4<u32>(0u);
  for (var index = 0u; index < thresholdCount; index++) {
    code += select(vec4<u32>(0u), vec4<u32>(1u), sum > thresholds[index * shape.quads + quad]);
  }
  return code;
}
