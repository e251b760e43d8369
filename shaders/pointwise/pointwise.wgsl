// #include "../batch.wgsl"
// #include "../epilogue/value-planes.wgsl"
// #include "../epilogue/store-planes.wgsl"

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
// [pixel][channel], the bits of floats, or [pixel][quad], two words of half floats
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
  let planes = storeValues(pixel, block, valuesAt(pixel, block));
  if (makesCodes) {
    storePlanes(pixel, block, planes);
  }
}

fn valuesAt(pixel: u32, block: u32) -> vec4<f32> {
  if (inputIsInteger) {
    let quad = 2u * (pixel * shape.blocks + block);
    return vec4<f32>(unpack2x16float(input[quad]), unpack2x16float(input[quad + 1u]));
  }
  // Reads past the last channel return values that are never stored.
  let first = pixel * shape.outputChannels + block * 4u;
  return bitcast<vec4<f32>>(vec4<u32>(input[first], input[first + 1u], input[first + 2u], input[first + 3u]));
}
