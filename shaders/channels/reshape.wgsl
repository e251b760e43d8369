// #include "../batch.wgsl"

// Reshapes a tensor of floats: values keep their order in planar (channel-major) layout, while both tensors are stored as
// [pixel][channel].

struct Reshape {
  inputChannels: u32,
  inputArea: u32,
  outputChannels: u32,
  outputArea: u32,
}

@group(0) @binding(1) var<uniform> shape: Reshape;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(11) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = threadIndex(group, groups, local);
  let length = shape.outputChannels * shape.outputArea;
  if (thread >= batch.size * length) {
    return;
  }
  let within = thread % length;
  let planar = (within % shape.outputChannels) * shape.outputArea + within / shape.outputChannels;
  let channel = planar / shape.inputArea;
  output[thread] = input[thread - within + (planar % shape.inputArea) * shape.inputChannels + channel];
}
