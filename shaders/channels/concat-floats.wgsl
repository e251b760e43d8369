// #include "concat.wgsl"

// Concatenates floats or integers, one value per thread.

// [pixel][channel]
@group(0) @binding(2) var<storage, read> input: array<f32>;
// [pixel][channel]
@group(0) @binding(11) var<storage, read_write> output: array<f32>;

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
  let pixel = thread / shape.channels;
  output[pixel * shape.outputChannels + shape.firstChannel + thread % shape.channels] = input[thread];
}
