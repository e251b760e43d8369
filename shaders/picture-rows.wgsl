// #include "picture.wgsl"

// A picture on white, its rows resampled: red, green and blue bytes of a word, or gray in the lowest. What includes this
// says where pixels come from: `pixelAt`.

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
  let thread = threadOf(group, groups, local);
  if (thread >= picture.rowCount * picture.outputWidth) {
    return;
  }
  let x = thread % picture.outputWidth;
  let row = picture.top + i32(picture.firstRow + thread / picture.outputWidth);
  var sum = vec3<i32>();
  for (var index = 0; index < taps[3u * x + 2u]; index++) {
    let place = vec2<i32>(picture.left + picture.step * (taps[3u * x] + index), row);
    var colour = onWhite(vec4<u32>(255.0 * saturate(pixelAt(place)) + 0.5));
    if (picture.order == 2u) {
      colour.x = (77u * colour.x + 150u * colour.y + 29u * colour.z + 128u) >> 8u;
    }
    sum += taps[taps[3u * x + 1u] + index] * vec3<i32>(colour);
  }
  let bytes = toByte(sum);
  rows[thread] = bytes.x | (bytes.y << 8u) | (bytes.z << 16u);
}
