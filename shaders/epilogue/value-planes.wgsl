// #include "activation.wgsl"
// #include "planes.wgsl"

// The epilogue of a float output: activation(factor · sum + offset) + shortcut. Stores the floats as [pixel][channel],
// and returns the planes of their codes.

@group(0) @binding(5) var<storage, read_write> floats: array<f32>;
// [factor, offset, sign, thresholds…][block]
@group(0) @binding(6) var<storage, read> affine: array<vec4<f32>>;
// [pixel][channel]
@group(0) @binding(10) var<storage, read> shortcut: array<f32>;

override hasShortcut: bool = false;
override keepsFloats: bool = true;
// Whether no row of blocks has channels that do not exist.
override fillsBlocks: bool = true;
override makesCodes: bool = false;

fn storeValues(pixel: u32, block: u32, sum: vec4<f32>) -> vec4<u32> {
  var value = activated(affine[block] * sum + affine[shape.blocks + block]);
  let first = pixel * shape.outputChannels + block * 4u;
  if (hasShortcut) {
    // Reads past the last channel return values that are never stored.
    value += vec4<f32>(shortcut[first], shortcut[first + 1u], shortcut[first + 2u], shortcut[first + 3u]);
  }
  if (keepsFloats) {
    // #unroll
    for (var lane = 0u; lane < 4u; lane++) {
      if (fillsBlocks || block * 4u + lane < shape.outputChannels) {
        floats[first + lane] = value[lane];
      }
    }
  }
  if (!makesCodes) {
    return vec4<u32>();
  }
  return planesOfValues(affine[2u * shape.blocks + block] * value, block);
}

fn valueThreshold(index: u32, block: u32) -> vec4<f32> {
  return affine[(3u + index) * shape.blocks + block];
}

fn planesOfValues(value: vec4<f32>, block: u32) -> vec4<u32> {
  if (thresholdCount == 3u) {
    // Thresholds rise, so the middle one decides which of the others sets the low bit.
    let high = value > valueThreshold(1u, block);
    let low = value > select(valueThreshold(0u, block), valueThreshold(2u, block), high);
    return vec4<u32>(bitsWhere(low), bitsWhere(high), 0u, 0u);
  }
  var code: vec4<u32>;
  for (var index = 0u; index < thresholdCount; index++) {
    code += select(vec4<u32>(), vec4<u32>(1u), value > valueThreshold(index, block));
  }
  return planesOfCodes(code);
}
