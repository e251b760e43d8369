// #include "../pointwise/elements.wgsl"

// Softmax over the channels of each pixel, one pixel per thread.

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
  let pixel = threadIndex(group, groups, local);
  if (pixel >= batch.size * shape.pixels) {
    return;
  }
  let first = pixel * shape.channels;
  var largest = input[first];
  for (var channel = 1u; channel < shape.channels; channel++) {
    largest = max(largest, input[first + channel]);
  }
  // A sum of partial sums rounds less than one long sum.
  var sum = 0.0;
  for (var start = 0u; start < shape.channels; start += 32u) {
    var partialSum = 0.0;
    for (var channel = start; channel < min(start + 32u, shape.channels); channel++) {
      partialSum += exp(input[first + channel] - largest);
    }
    sum += partialSum;
  }
  for (var channel = 0u; channel < shape.channels; channel++) {
    output[first + channel] = exp(input[first + channel] - largest) / sum;
  }
}
