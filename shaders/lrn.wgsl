// #include "frame.wgsl"

// Local response normalization across channels: x / (k + alpha / size · Σ x²)^beta.

struct Lrn {
  pixels: u32,
  channels: u32,
  reach: u32,
  // alpha / size
  factor: f32,
  beta: f32,
  bias: f32,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<uniform> shape: Lrn;
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
  let channel = thread % shape.channels;
  let first = channel - min(channel, shape.reach);
  let last = min(channel + shape.reach, shape.channels - 1u);
  var squares = 0.0;
  for (var place = thread - channel + first; place <= thread - channel + last; place++) {
    squares += input[place] * input[place];
  }
  output[thread] = input[thread] / pow(shape.bias + shape.factor * squares, shape.beta);
}
