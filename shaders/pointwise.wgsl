// #include "frame.wgsl"
// #include "bend.wgsl"

// y = factor · x + offset, then bent. The input is bits of f32, or whole numbers.

struct Pointwise {
  pixels: u32,
  channels: u32,
  bend: Bend,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<uniform> shape: Pointwise;
@group(0) @binding(2) var<storage, read> input: array<u32>;
// [factor, offset] of each channel
@group(0) @binding(3) var<storage, read> affine: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

override inputIsInteger: bool = false;

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
  let x = select(bitcast<f32>(input[thread]), f32(bitcast<i32>(input[thread])), inputIsInteger);
  let channel = affine[thread % shape.channels];
  let y = channel.x * x + channel.y;
  output[thread] = bent(vec4<f32>(y), shape.bend).x;
}
