// #include "pooling.wgsl"
// #include "../epilogue/value-planes.wgsl"
// #include "../epilogue/store-planes.wgsl"

// Max or average pooling of floats with an epilogue, four channels per thread.

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
  let block = thread % shape.blocks;
  let pixel = thread / shape.blocks;
  if (pixel >= batch.size * shape.outputHeight * shape.outputWidth) {
    return;
  }
  let window = windowOf(pixel);
  var best = select(vec4<f32>(-3.402823466e38), vec4<f32>(), isAverage);
  // Every window overlaps the image, so each loop has an iteration. The conditions are at the end: SwiftShader runs an
  // extra iteration of a loop that tests at the start.
  var y = window.top;
  loop {
    var x = window.left;
    loop {
      // Reads past the last channel return values that are never stored.
      let first = inputPixelIndex(window, y, x) * shape.depth + block * 4u;
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
  let planes = storeValues(pixel, block, value);
  if (makesCodes) {
    storePlanes(pixel, block, planes);
  }
}
