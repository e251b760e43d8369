// Code shared by the float convolutions.

// [pixel][channel]
@group(0) @binding(2) var<storage, read> input: array<f32>;
// [threshold][block]
@group(0) @binding(7) var<storage, read> thresholds: array<vec4<f32>>;

alias Sum = vec4<f32>;

fn floatOf(sum: Sum) -> vec4<f32> {
  return sum;
}

fn thresholdOf(index: u32, block: u32) -> vec4<f32> {
  return thresholds[index * shape.blocks + block];
}

fn exceeds(sum: Sum, threshold: vec4<f32>) -> vec4<bool> {
  return sum > threshold;
}

fn selected(ifFalse: Sum, ifTrue: Sum, condition: vec4<bool>) -> Sum {
  return select(ifFalse, ifTrue, condition);
}
