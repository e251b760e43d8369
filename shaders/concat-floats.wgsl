// #include "frame.wgsl"
// #include "concat.wgsl"

// [pixel][channel]
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

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
  let pixel = thread / shape.channels;
  output[pixel * shape.outputChannels + shape.firstChannel + thread % shape.channels] = input[thread];
}
