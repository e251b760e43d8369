// Code shared by the binary convolutions over codes of two bit planes. Weight bit 1 is +1, weight bit 0 is −1:
// Σ ±code = Σ over planes of 2^plane · (2 · popcount(weight & plane) − popcount(plane)).

// [threshold][block]
@group(0) @binding(7) var<storage, read> thresholds: array<vec4<i32>>;

alias Sum = vec4<i32>;

fn floatOf(sum: Sum) -> vec4<f32> {
  return vec4<f32>(sum);
}

fn thresholdOf(index: u32, block: u32) -> vec4<i32> {
  return thresholds[index * shape.blocks + block];
}

fn exceeds(sum: Sum, threshold: vec4<i32>) -> vec4<bool> {
  return sum > threshold;
}

fn selected(ifFalse: Sum, ifTrue: Sum, condition: vec4<bool>) -> Sum {
  return select(ifFalse, ifTrue, condition);
}

// Σ code over the 32 channels of a word.
fn codeSum(bits: vec2<u32>) -> u32 {
  let count = countOneBits(bits);
  return count.x + count.y + count.y;
}
