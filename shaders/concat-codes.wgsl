// #include "frame.wgsl"
// #include "concat.wgsl"

// One thread moves one word, which may fall across two words of the output. The output is cleared beforehand.

// [pixel][word][plane]
@group(0) @binding(2) var<storage, read> input: array<u32>;
@group(0) @binding(4) var<storage, read_write> output: array<atomic<u32>>;

override planes: u32 = 2u;

@compute @workgroup_size(64)
fn toCodes(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let words = (shape.channels + 31u) / 32u;
  let thread = threadIndex(group, groups, local);
  if (thread >= frame.imageCount * shape.pixels * planes * words) {
    return;
  }
  let plane = thread % planes;
  let word = (thread / planes) % words;
  let pixel = thread / (planes * words);
  let channel = shape.firstChannel + word * 32u;
  let shift = channel % 32u;
  let bits = input[thread];
  let place = (pixel * ((shape.outputChannels + 31u) / 32u) + channel / 32u) * planes + plane;
  atomicOr(&output[place], bits << shift);
  if (shift != 0u && (bits >> (32u - shift)) != 0u) {
    atomicOr(&output[place + planes], bits >> (32u - shift));
  }
}
