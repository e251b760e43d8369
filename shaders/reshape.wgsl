// #include "frame.wgsl"

// The same floats under another shape: a value keeps its place in planar order, and both tensors are [pixel][channel].

struct Shapes {
  inputChannels: u32,
  inputArea: u32,
  outputChannels: u32,
  outputArea: u32,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<uniform> shape: Shapes;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = threadIndex(group, groups, local);
  let length = shape.outputChannels * shape.outputArea;
  if (thread >= frame.imageCount * length) {
    return;
  }
  let within = thread % length;
  let planar = (within % shape.outputChannels) * shape.outputArea + within / shape.outputChannels;
  let channel = planar / shape.inputArea;
  output[thread] = input[thread - within + (planar % shape.inputArea) * shape.inputChannels + channel];
}
