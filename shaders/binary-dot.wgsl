// #include "frame.wgsl"
// #include "convolution.wgsl"
// #include "tile-scattered.wgsl"
// #include "binary.wgsl"
// #include "convolution-outputs.wgsl"

// Codes and signs as bytes, four channels a dot product, for GPUs that multiply bytes faster than they count bits.

const EVERY_EIGHTH = 0x01010101u;

// Σ code of four channels where the sign is +, for each of a quad's outputs.
fn products(signs: vec4<u32>, codes: u32) -> vec4<u32> {
  return vec4<u32>(
    dot4U8Packed(signs.x, codes),
    dot4U8Packed(signs.y, codes),
    dot4U8Packed(signs.z, codes),
    dot4U8Packed(signs.w, codes),
  );
}

fn accumulate(tile: Tile, local: u32) -> array<Sum, PIXELS> {
  var positive: array<vec4<u32>, PIXELS>;
  var all: array<u32, PIXELS>;
  let words = shape.inputDepth;
  let quads = shape.quads;
  var weightRow = tile.quad;
  for (var row = 0u; row < shape.kernelHeight; row++) {
    for (var column = 0u; column < shape.kernelWidth; column++) {
      let tap = tapOf(tile, row, column);
      for (var word = 0u; word < words; word++) {
        let weight = weights[weightRow];
        weightRow += quads;
        var bits: array<vec2<u32>, PIXELS>;
        // #unroll
        for (var p = 0u; p < PIXELS; p++) {
          bits[p] = loaded(tap.start[p] + word, tap.inside[p]);
          all[p] += total(bits[p]);
        }
        for (var eighth = 0u; eighth < 8u; eighth++) {
          let signs = (weight >> vec4<u32>(eighth)) & vec4<u32>(EVERY_EIGHTH);
          // #unroll
          for (var p = 0u; p < PIXELS; p++) {
            let planes = (bits[p] >> vec2<u32>(eighth)) & vec2<u32>(EVERY_EIGHTH);
            positive[p] += products(signs, planes.x | (planes.y << 1u));
          }
        }
      }
    }
  }
  var sums: array<Sum, PIXELS>;
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    sums[p] = vec4<i32>(2u * positive[p]) - vec4<i32>(i32(all[p]));
  }
  return sums;
}
