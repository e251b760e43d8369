// #include "activation.wgsl"
// #include "store-codes.wgsl"

// The epilogue of a float output: activation(factor · sum + offset) + shortcut. Stores the floats as [pixel][channel],
// their codes, or both. Loops over pixels are unrolled so that values stay in registers, and values that all pixels of a
// tile need are read once.

@group(0) @binding(5) var<storage, read_write> floats: array<f32>;
// [factor, offset, sign, thresholds…][block]
@group(0) @binding(6) var<storage, read> affine: array<vec4<f32>>;
// [pixel][channel]
@group(0) @binding(10) var<storage, read> shortcut: array<f32>;

override hasShortcut: bool = false;
override keepsFloats: bool = true;
// Whether the number of channels is a multiple of four.
override fillsBlocks: bool = true;
override makesCodes: bool = false;

fn storeFloats(tile: Tile, sums: array<Sum, PIXELS>) {
  let factor = affine[tile.block];
  let offset = affine[shape.blocks + tile.block];
  var values: array<vec4<f32>, PIXELS>;
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    values[p] = storeFloat(tile, p, factor * floatOf(sums[p]) + offset);
  }
  if (makesCodes) {
    storeCodes(tile, quantized(tile, values));
  }
}

// Returns the value that it stores.
fn storeFloat(tile: Tile, p: u32, affined: vec4<f32>) -> vec4<f32> {
  var value = activated(affined);
  let first = (tile.pixel + p) * shape.outputChannels + tile.block * 4u;
  if (hasShortcut) {
    // Reads past the last channel or pixel return values that are never stored.
    value += vec4<f32>(shortcut[first], shortcut[first + 1u], shortcut[first + 2u], shortcut[first + 3u]);
  }
  if (keepsFloats) {
    // `&` and `|` instead of `&&` and `||`: SwiftShader would keep the branches.
    // #unroll
    for (var lane = 0u; lane < 4u; lane++) {
      if (isInside(tile, p) & (fillsBlocks | (tile.block * 4u + lane < shape.outputChannels))) {
        floats[first + lane] = value[lane];
      }
    }
  }
  return value;
}

fn quantized(tile: Tile, values: array<vec4<f32>, PIXELS>) -> array<vec4<u32>, PIXELS> {
  let sign = affine[2u * shape.blocks + tile.block];
  var tileCodes: array<vec4<u32>, PIXELS>;
  // The condition is at the end: SwiftShader runs an extra iteration of a loop that tests at the start.
  var index = 0u;
  loop {
    let threshold = affine[(3u + index) * shape.blocks + tile.block];
    // #unroll
    for (var p = 0u; p < PIXELS; p++) {
      tileCodes[p] = incrementWhere(tileCodes[p], sign * values[p] > threshold);
    }
    continuing {
      index++;
      break if index >= thresholdCount;
    }
  }
  return tileCodes;
}
