// #include "frame.wgsl"
// #include "pooling.wgsl"

// The largest code of each window, or the smallest in marked channels, 32 channels at once: codes are compared plane
// by plane from the highest.

// [pixel][word][plane]
@group(0) @binding(2) var<storage, read> input: array<u32>;
// One bit a channel: 1 takes the smallest.
@group(0) @binding(3) var<storage, read> smallest: array<u32>;
@group(0) @binding(4) var<storage, read_write> output: array<u32>;

override planes: u32 = 2u;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = threadIndex(group, groups, local);
  let word = thread % shape.depth;
  let pixel = thread / shape.depth;
  if (pixel >= frame.imageCount * shape.outputHeight * shape.outputWidth) {
    return;
  }
  let window = windowOf(pixel);
  let turn = smallest[word];
  var best = vec4<u32>();
  var isFirst = true;
  for (var y = window.top; y < window.bottom; y++) {
    for (var x = window.left; x < window.right; x++) {
      let start = (inputPixel(window, y, x) * shape.depth + word) * planes;
      var code = vec4<u32>();
      for (var plane = 0u; plane < planes; plane++) {
        code[plane] = input[start + plane];
      }
      var greater = 0u;
      var equal = ~0u;
      for (var plane = planes; plane > 0u; plane--) {
        greater |= equal & code[plane - 1u] & ~best[plane - 1u];
        equal &= ~(code[plane - 1u] ^ best[plane - 1u]);
      }
      let less = ~(greater | equal);
      let take = select((greater & ~turn) | (less & turn), ~0u, isFirst);
      best = (code & vec4<u32>(take)) | (best & vec4<u32>(~take));
      isFirst = false;
    }
  }
  for (var plane = 0u; plane < planes; plane++) {
    output[thread * planes + plane] = best[plane];
  }
}
