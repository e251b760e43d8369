// #include "pooling.wgsl"

// Max-pooling of codes, 32 channels per thread: codes are compared plane by plane from the highest. Channels marked in
// `smallest` take the smallest code instead.

// [pixel][word][plane]
@group(0) @binding(2) var<storage, read> input: array<u32>;
// One bit per channel: 1 selects the smallest code.
@group(0) @binding(12) var<storage, read> smallest: array<u32>;
// [pixel][word][plane]
@group(0) @binding(11) var<storage, read_write> output: array<u32>;

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
  if (pixel >= batch.size * shape.outputHeight * shape.outputWidth) {
    return;
  }
  let window = windowOf(pixel);
  let takesSmallest = smallest[word];
  // The smallest possible code, or the largest where the smallest is taken.
  var best = select(vec4<u32>(), vec4<u32>(takesSmallest), vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(planes));
  // Every window overlaps the image, so each loop has an iteration. The conditions are at the end: SwiftShader runs an
  // extra iteration of a loop that tests at the start.
  var y = window.top;
  loop {
    var x = window.left;
    loop {
      let start = (inputPixelIndex(window, y, x) * shape.depth + word) * planes;
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
      let replaces = (greater & ~takesSmallest) | (less & takesSmallest);
      best = (code & vec4<u32>(replaces)) | (best & vec4<u32>(~replaces));
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
