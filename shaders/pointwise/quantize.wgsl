// #include "elements.wgsl"

// Quantizes floats to codes: a code is the number of thresholds that sign · x exceeds. Each thread writes the words of
// 32 channels.

// [pixel][channel]
@group(0) @binding(2) var<storage, read> input: array<f32>;
// [sign, thresholds…][channel]
@group(0) @binding(13) var<storage, read> quantizer: array<f32>;
// [pixel][word][plane]
@group(0) @binding(11) var<storage, read_write> output: array<u32>;

override planes: u32 = 2u;
override thresholdCount: u32 = 3u;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let words = (shape.channels + 31u) / 32u;
  let thread = threadIndex(group, groups, local);
  let word = thread % words;
  let pixel = thread / words;
  if (pixel >= batch.size * shape.pixels) {
    return;
  }
  var bits = vec4<u32>();
  for (var lane = 0u; lane < 32u; lane++) {
    let channel = word * 32u + lane;
    if (channel >= shape.channels) {
      break;
    }
    let x = quantizer[channel] * input[pixel * shape.channels + channel];
    var code = 0u;
    for (var index = 1u; index <= thresholdCount; index++) {
      code += select(0u, 1u, x > quantizer[index * shape.channels + channel]);
    }
    bits |= ((vec4<u32>(code) >> vec4<u32>(0u, 1u, 2u, 3u)) & vec4<u32>(1u)) << vec4<u32>(lane);
  }
  for (var plane = 0u; plane < planes; plane++) {
    output[thread * planes + plane] = bits[plane];
  }
}
