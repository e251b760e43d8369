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
  // The least that a code can be, or the most.
  var best = select(vec4<u32>(), vec4<u32>(turn), vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(planes));
  // No window lies beside its input. A loop that asks before its first turn costs SwiftShader a turn more.
  var y = window.top;
  loop {
    var x = window.left;
    loop {
      let start = (inputPixel(window, y, x) * shape.depth + word) * planes;
      var code = vec4<u32>();
      // #unroll
      for (var plane = 0u; plane < 4u; plane++) {
        if (plane < planes) {
          code[plane] = input[start + plane];
        }
      }
      var greater = 0u;
      var equal = ~0u;
      // #unroll
      for (var below = 0u; below < 4u; below++) {
        greater |= equal & code[3u - below] & ~best[3u - below];
        equal &= ~(code[3u - below] ^ best[3u - below]);
      }
      let less = ~(greater | equal);
      let take = (greater & ~turn) | (less & turn);
      best = (code & vec4<u32>(take)) | (best & vec4<u32>(~take));
      continuing {
        x++;
        break if x >= window.right;
      }
    }
    continuing {
      y++;
      break if y >= window.bottom;
    }
  }
  // #unroll
  for (var plane = 0u; plane < 4u; plane++) {
    if (plane < planes) {
      output[thread * planes + plane] = best[plane];
    }
  }
}
