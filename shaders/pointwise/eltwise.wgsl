// #include "../batch.wgsl"

// Combines two tensors of floats value by value: a weighted sum, the product or the maximum.

struct Eltwise {
  pixels: u32,
  channels: u32,
  coefficient: f32,
  otherCoefficient: f32,
}

@group(0) @binding(1) var<uniform> shape: Eltwise;
// [pixel][channel]
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(15) var<storage, read> other: array<f32>;
@group(0) @binding(11) var<storage, read_write> output: array<f32>;

override isProduct: bool = false;
override isMaximum: bool = false;

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
  let x = input[thread];
  let y = other[thread];
  let sum = shape.coefficient * x + shape.otherCoefficient * y;
  output[thread] = select(select(sum, x * y, isProduct), max(x, y), isMaximum);
}
