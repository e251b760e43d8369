// #include "picture.wgsl"

// The first pass: composites a picture on white and resamples its rows. Each word of the result has the bytes of red,
// green and blue, or gray in the lowest byte. The including file defines `pixelAt`.

// [row][column]
@group(0) @binding(3) var<storage, read_write> rows: array<u32>;

// round(c · a / 255) + 255 − a
fn onWhite(pixel: vec4<u32>) -> vec3<u32> {
  let colour = select(pixel.xyz, (2u * pixel.xyz * pixel.w + 255u) / 510u, picture.straight == 1u);
  return colour + (255u - pixel.w);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = threadIndex(group, groups, local);
  if (thread >= picture.rowCount * picture.outputWidth) {
    return;
  }
  let x = thread % picture.outputWidth;
  let y = picture.top + i32(picture.firstRow + thread / picture.outputWidth);
  var sum = vec3<i32>();
  for (var index = 0; index < taps[3u * x + 2u]; index++) {
    let position = vec2<i32>(picture.left + picture.step * (taps[3u * x] + index), y);
    var colour = onWhite(vec4<u32>(255.0 * saturate(pixelAt(position)) + 0.5));
    if (picture.order == 2u) {
      colour.x = (77u * colour.x + 150u * colour.y + 29u * colour.z + 128u) >> 8u;
    }
    sum += taps[taps[3u * x + 1u] + index] * vec3<i32>(colour);
  }
  let bytes = toByte(sum);
  rows[thread] = bytes.x | (bytes.y << 8u) | (bytes.z << 16u);
}
