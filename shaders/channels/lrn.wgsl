// #include "../batch.wgsl"

// Local response normalization across channels: x / (k + alpha / size · Σ x²)^beta, one value per thread.

struct Lrn {
  pixels: u32,
  channels: u32,
  // (size − 1) / 2: neighbouring channels on each side.
  radius: u32,
  // alpha / size
  factor: f32,
  beta: f32,
  // k
  bias: f32,
}

@group(0) @binding(1) var<uniform> shape: Lrn;
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
  let channel = thread % shape.channels;
  let first = channel - min(channel, shape.radius);
  let last = min(channel + shape.radius, shape.channels - 1u);
  var squares = 0.0;
  for (var index = thread - channel + first; index <= thread - channel + last; index++) {
    squares += input[index] * input[index];
  }
  output[thread] = input[thread] / pow(shape.bias + shape.factor * squares, shape.beta);
}
