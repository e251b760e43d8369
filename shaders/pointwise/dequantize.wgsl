// #include "elements.wgsl"

// Dequantizes codes to the levels that they stand for, four channels per thread: floats as [pixel][channel], or integers as
// half floats in [pixel][quad].

// [pixel][word][plane]
@group(0) @binding(2) var<storage, read> input: array<u32>;
// [code]
@group(0) @binding(14) var<storage, read> levels: array<f32>;
// The bits of floats, or two words of half floats for each quad
@group(0) @binding(11) var<storage, read_write> output: array<u32>;

override planes: u32 = 2u;
override makesIntegers: bool = false;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let quads = (shape.channels + 3u) / 4u;
  let thread = threadIndex(group, groups, local);
  let pixel = thread / quads;
  let first = thread % quads * 4u;
  if (pixel >= batch.size * shape.pixels) {
    return;
  }
  let words = (shape.channels + 31u) / 32u;
  let start = (pixel * words + first / 32u) * planes;
  let lanes = min(4u, shape.channels - first);
  var values: vec4<f32>;
  for (var lane = 0u; lane < lanes; lane++) {
    var code = 0u;
    for (var plane = 0u; plane < planes; plane++) {
      code |= ((input[start + plane] >> (first % 32u + lane)) & 1u) << plane;
    }
    values[lane] = levels[code];
  }
  if (makesIntegers) {
    output[2u * thread] = pack2x16float(values.xy);
    output[2u * thread + 1u] = pack2x16float(values.zw);
    return;
  }
  for (var lane = 0u; lane < lanes; lane++) {
    output[pixel * shape.channels + first + lane] = bitcast<u32>(values[lane]);
  }
}
