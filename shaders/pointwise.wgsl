// #include "frame.wgsl"
// #include "elements.wgsl"

// y = factor · x + offset, then the slope for negative results. The input is bits of f32, or whole numbers.

@group(0) @binding(2) var<storage, read> input: array<u32>;
// [factor, offset] of each channel
@group(0) @binding(3) var<storage, read> affine: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

override inputIsInteger: bool = false;
override negativeSlope: f32 = 1.0;

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
  output[thread] = select(y, y * negativeSlope, y < 0.0);
}
