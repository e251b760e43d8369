// #include "frame.wgsl"
// #include "tile-single.wgsl"
// #include "store-floats.wgsl"

// Floats of a tensor through an affine function and what may follow, four channels a thread. The input is bits of f32, or
// whole numbers.

struct Pointwise {
  pixels: u32,
  outputChannels: u32,
  quads: u32,
  // Structures in uniforms begin at multiples of 16 bytes.
  @align(16) bend: Bend,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<uniform> shape: Pointwise;
// [pixel][channel]
@group(0) @binding(2) var<storage, read> input: array<u32>;

override inputIsInteger: bool = false;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = threadIndex(group, groups, local);
  let quad = thread % shape.quads;
  let pixel = thread / shape.quads;
  if (pixel >= frame.imageCount * shape.pixels) {
    return;
  }
  let first = pixel * shape.outputChannels + quad * 4u;
  var bits = vec4<u32>();
  for (var lane = 0u; lane < min(4u, shape.outputChannels - quad * 4u); lane++) {
    bits[lane] = input[first + lane];
  }
  let value = select(bitcast<vec4<f32>>(bits), vec4<f32>(bitcast<vec4<i32>>(bits)), inputIsInteger);
  storeFloats(Tile(quad, pixel), array<Sum, PIXELS>(value));
}
