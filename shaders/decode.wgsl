// #include "frame.wgsl"
// #include "elements.wgsl"

// Codes to the values they stand for, bits of f32 or whole numbers.

// [pixel][word][plane]
@group(0) @binding(2) var<storage, read> input: array<u32>;
@group(0) @binding(3) var<storage, read> values: array<u32>;
// [pixel][channel]
@group(0) @binding(4) var<storage, read_write> output: array<u32>;

override planes: u32 = 2u;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = threadIndex(group, groups, local);
  if (thread >= frame.imageCount * shape.pixels * shape.channels) {
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
  output[thread] = values[code];
}
