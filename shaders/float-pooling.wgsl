// #include "frame.wgsl"
// #include "pooling.wgsl"
// #include "tile-single.wgsl"
// #include "store-floats.wgsl"

// The largest or the mean value of each window, through what follows; four channels a thread.

// [pixel][channel]
@group(0) @binding(2) var<storage, read> input: array<f32>;

override isAverage: bool = false;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = threadIndex(group, groups, local);
  let quad = thread % shape.quads;
  let pixel = thread / shape.quads;
  if (pixel >= frame.imageCount * shape.outputHeight * shape.outputWidth) {
    return;
  }
  let window = windowOf(pixel);
  var best = select(vec4<f32>(-3.402823466e38), vec4<f32>(), isAverage);
  // No window lies beside its input. A loop that asks before its first turn costs SwiftShader a turn more.
  var y = window.top;
  loop {
    var x = window.left;
    loop {
      // Behind the last channel stands what is never stored.
      let first = inputPixel(window, y, x) * shape.depth + quad * 4u;
      let value = vec4<f32>(input[first], input[first + 1u], input[first + 2u], input[first + 3u]);
      best = select(max(best, value), best + value, isAverage);
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
  let value = select(best, best / f32(window.paddedArea), isAverage);
  storeFloats(Tile(quad, pixel), array<Sum, PIXELS>(value));
}
