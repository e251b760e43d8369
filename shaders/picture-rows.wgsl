// #include "picture.wgsl"

// A picture on white, its rows resampled: red, green and blue bytes of a word, or gray in the lowest.

// Red, green, blue and straight alpha from the lowest byte on
@group(0) @binding(2) var<storage, read> pixels: array<u32>;
// [row][column]
@group(0) @binding(3) var<storage, read_write> rows: array<u32>;

// round(c · a / 255) + 255 − a
fn onWhite(pixel: u32) -> vec3<u32> {
  let colour = (vec3<u32>(pixel) >> vec3<u32>(0u, 8u, 16u)) & vec3<u32>(255u);
  let alpha = pixel >> 24u;
  return (2u * colour * alpha + 255u) / 510u + (255u - alpha);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = threadOf(group, groups, local);
  if (thread >= picture.rowCount * picture.outputWidth) {
    return;
  }
  let x = thread % picture.outputWidth;
  let row = picture.firstRow + thread / picture.outputWidth;
  let start = row * picture.width + u32(taps[3u * x]);
  var sum = vec3<i32>();
  for (var index = 0; index < taps[3u * x + 2u]; index++) {
    var colour = onWhite(pixels[start + u32(index)]);
    if (picture.order == 2u) {
      colour.x = (77u * colour.x + 150u * colour.y + 29u * colour.z + 128u) >> 8u;
    }
    sum += taps[taps[3u * x + 1u] + index] * vec3<i32>(colour);
  }
  let bytes = toByte(sum);
  rows[thread] = bytes.x | (bytes.y << 8u) | (bytes.z << 16u);
}
