// #include "concat.wgsl"

// Concatenates codes. Each thread moves one word, which may straddle two words of the output; threads set bits with
// `atomicOr`, so the output must be cleared before the pass.

// [pixel][word][plane]
@group(0) @binding(2) var<storage, read> input: array<u32>;
// [pixel][word][plane]
@group(0) @binding(4) var<storage, read_write> codes: array<atomic<u32>>;

override planes: u32 = 2u;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let words = (shape.channels + 31u) / 32u;
  let thread = threadIndex(group, groups, local);
  if (thread >= batch.size * shape.pixels * planes * words) {
    return;
  }
  let plane = thread % planes;
  let word = (thread / planes) % words;
  let pixel = thread / (planes * words);
  let channel = shape.firstChannel + word * 32u;
  let shift = channel % 32u;
  let bits = input[thread];
  let index = (pixel * ((shape.outputChannels + 31u) / 32u) + channel / 32u) * planes + plane;
  atomicOr(&codes[index], bits << shift);
  if (shift != 0u && (bits >> (32u - shift)) != 0u) {
    atomicOr(&codes[index + planes], bits >> (32u - shift));
  }
}
