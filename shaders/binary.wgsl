// What the kernels share that count bits of codes of two planes, with weight bits 1 for +:
// Σ ±code = Σ over planes of 2^plane · (2 · popcount(weight & plane) − popcount(plane)).

// [pixel][word], both planes a vector
@group(0) @binding(2) var<storage, read> activations: array<vec2<u32>>;
// [tap][word][quad], four channels a vector
@group(0) @binding(3) var<storage, read> weights: array<vec4<u32>>;
// [threshold][quad]
@group(0) @binding(7) var<storage, read> thresholds: array<vec4<i32>>;


alias Sum = vec4<i32>;

fn floatOf(sum: Sum) -> vec4<f32> {
  return vec4<f32>(sum);
}

fn thresholdOf(index: u32, quad: u32) -> vec4<i32> {
  return thresholds[index * shape.quads + quad];
}

fn exceeds(sum: Sum, threshold: vec4<i32>) -> vec4<bool> {
  return sum > threshold;
}

// Σ code of the channels of a word.
fn total(bits: vec2<u32>) -> u32 {
  let count = countOneBits(bits);
  return count.x + count.y + count.y;
}

fn loaded(word: u32, inside: bool) -> vec2<u32> {
  return activations[word] & vec2<u32>(select(0u, ~0u, inside));
}
