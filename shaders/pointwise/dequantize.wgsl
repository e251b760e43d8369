// #include "elements.wgsl"

// Dequantizes codes to the levels that they stand for: the bits of f32 or i32 numbers.

// [pixel][word][plane]
@group(0) @binding(2) var<storage, read> input: array<u32>;
// [code]
@group(0) @binding(14) var<storage, read> levels: array<u32>;
// [pixel][channel]
@group(0) @binding(11) var<storage, read_write> output: array<u32>;

override planes: u32 = 2u;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = threadIndex(group, groups, local);
  if (thread >= batch.size * shape.pixels * shape.channels) {
    return;
  }
  let channel = thread % shape.channels;
  let pixel = thread / shape.channels;
  let words = (shape.channels + 31u) / 32u;
  var code = 0u;
  for (var plane = 0u; plane < planes; plane++) {
    let word = input[(pixel * words + channel / 32u) * planes + plane];
    code |= ((word >> (channel % 32u)) & 1u) << plane;
  }
  output[thread] = levels[code];
}
