// #include "picture.wgsl"

// The second pass: resamples the columns of the output of picture-rows.wgsl, subtracts the means, and writes an image
// of the network's input.

// [row][column]
@group(0) @binding(3) var<storage, read> rows: array<u32>;
// [pixel]: the channels as half floats
@group(0) @binding(4) var<storage, read_write> input: array<vec2<u32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let area = picture.outputWidth * picture.outputHeight;
  let thread = threadIndex(group, groups, local);
  if (thread >= area) {
    return;
  }
  let x = thread % picture.outputWidth;
  let y = thread / picture.outputWidth;
  let tap = 3u * (picture.outputWidth + y);
  let start = (u32(taps[tap]) - picture.firstRow) * picture.outputWidth + x;
  var sum = vec3<i32>();
  for (var index = 0; index < taps[tap + 2u]; index++) {
    let bytes = (vec3<u32>(rows[start + u32(index) * picture.outputWidth]) >> vec3<u32>(0u, 8u, 16u)) & vec3<u32>(255u);
    sum += taps[taps[tap + 1u] + index] * vec3<i32>(bytes);
  }
  var colour = vec3<i32>(toByte(sum));
  if (picture.order == 0u) {
    colour = colour.zyx;
  }
  var values = vec3<f32>(colour - picture.mean);
  if (picture.order == 2u) {
    values = vec3<f32>(values.x, 0.0, 0.0);
  }
  input[picture.image * area + thread] = vec2<u32>(pack2x16float(values.xy), pack2x16float(vec2<f32>(values.z, 0.0)));
}
