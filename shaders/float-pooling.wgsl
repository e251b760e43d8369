// #include "frame.wgsl"
// #include "pooling.wgsl"

// [pixel][channel]
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

override isAverage: bool = false;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = threadIndex(group, groups, local);
  let channel = thread % shape.depth;
  let pixel = thread / shape.depth;
  if (pixel >= frame.imageCount * shape.outputHeight * shape.outputWidth) {
    return;
  }
  let window = windowOf(pixel);
  var sum = 0.0;
  var largest = -3.402823466e38;
  for (var y = window.top; y < window.bottom; y++) {
    for (var x = window.left; x < window.right; x++) {
      let value = input[inputPixel(window, y, x) * shape.depth + channel];
      sum += value;
      largest = max(largest, value);
    }
  }
  output[thread] = select(largest, sum / f32(window.paddedArea), isAverage);
}
