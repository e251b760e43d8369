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

fn thresholdOf(index: u32, quad: u32) -> vec4<f32> {
  return thresholds[index * shape.quads + quad];
}

fn exceeds(sum: Sum, threshold: vec4<f32>) -> vec4<bool> {
  return sum > threshold;
}
