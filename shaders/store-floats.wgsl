// #include "bend.wgsl"
// #include "store-codes.wgsl"

// A tile's floats leave as [pixel][channel]: factor · sum + offset, bent, plus a shortcut; and as their codes. Pixels are
// written out so that they stay in registers, and what all of them need is read once.

@group(0) @binding(5) var<storage, read_write> floats: array<f32>;
// [factor, offset, sign, thresholds…][quad]
@group(0) @binding(6) var<storage, read> affine: array<vec4<f32>>;
// [pixel][channel]
@group(0) @binding(10) var<storage, read> shortcut: array<f32>;

override hasShortcut: bool = false;
override keepsFloats: bool = true;
// Whether the channels are a multiple of four.
override fillsQuads: bool = true;
override makesCodes: bool = false;

fn storeFloats(tile: Tile, sums: array<Sum, PIXELS>) {
  let factor = affine[tile.quad];
  let offset = affine[shape.quads + tile.quad];
  var values: array<vec4<f32>, PIXELS>;
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    values[p] = stored(tile, p, factor * floatOf(sums[p]) + offset);
  }
  if (makesCodes) {
    storeCodes(tile, quantized(tile, values));
  }
}

fn stored(tile: Tile, p: u32, affined: vec4<f32>) -> vec4<f32> {
  var value = bent(affined, shape.bend);
  let first = (tile.pixel + p) * shape.outputChannels + tile.quad * 4u;
  if (hasShortcut) {
    // Behind the last channel and the last pixel stands what is never stored.
    value += vec4<f32>(shortcut[first], shortcut[first + 1u], shortcut[first + 2u], shortcut[first + 3u]);
  }
  if (keepsFloats) {
    // Conditions are joined without branches, which SwiftShader would not leave out.
    // #unroll
    for (var lane = 0u; lane < 4u; lane++) {
      if (isInside(tile, p) & (fillsQuads | (tile.quad * 4u + lane < shape.outputChannels))) {
        floats[first + lane] = value[lane];
      }
    }
  }
  return value;
}

fn quantized(tile: Tile, values: array<vec4<f32>, PIXELS>) -> array<vec4<u32>, PIXELS> {
  let sign = affine[2u * shape.quads + tile.quad];
  var codes: array<vec4<u32>, PIXELS>;
  // It has at least one turn: a loop that asks before the first costs SwiftShader a turn more.
  var index = 0u;
  loop {
    let threshold = affine[(3u + index) * shape.quads + tile.quad];
    // #unroll
    for (var p = 0u; p < PIXELS; p++) {
      codes[p] = raised(codes[p], sign * values[p] > threshold);
    }
    continuing {
      index++;
      break if index >= thresholdCount;
    }
  }
  return codes;
}
