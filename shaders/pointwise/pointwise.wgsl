// #include "../batch.wgsl"
// #include "../epilogue/tile-single.wgsl"
// #include "../epilogue/store-floats.wgsl"

// An epilogue by itself over a tensor of floats or integers, four channels per thread.

struct Pointwise {
  pixels: u32,
  outputChannels: u32,
  blocks: u32,
  // Activation of the output.
  negativeSlope: f32,
  lowest: f32,
  highest: f32,
}

@group(0) @binding(1) var<uniform> shape: Pointwise;
// [pixel][channel]: the bits of f32 or i32 numbers
@group(0) @binding(2) var<storage, read> input: array<u32>;

override inputIsInteger: bool = false;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = threadIndex(group, groups, local);
  let block = thread % shape.blocks;
  let pixel = thread / shape.blocks;
  if (pixel >= batch.size * shape.pixels) {
    return;
  }
  let first = pixel * shape.outputChannels + block * 4u;
  var bits = vec4<u32>();
  for (var lane = 0u; lane < min(4u, shape.outputChannels - block * 4u); lane++) {
    bits[lane] = input[first + lane];
  }
  let value = select(bitcast<vec4<f32>>(bits), vec4<f32>(bitcast<vec4<i32>>(bits)), inputIsInteger);
  storeFloats(Tile(block, pixel), array<Sum, PIXELS>(value));
}
